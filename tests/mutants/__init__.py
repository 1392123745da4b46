"""Mutation tests: ten faults in the search language that the tests must notice (`python -m tests.mutants`)."""
