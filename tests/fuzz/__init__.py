"""Fuzz tests: mutated records, searches, requests and frames, for any length of time (`python -m tests.fuzz`)."""
