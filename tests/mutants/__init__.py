"""Ten ways to break the search language, each of which some test must notice: `python -m tests.mutants`."""
