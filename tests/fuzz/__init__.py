"""Whatever comes in: mutated records, searches, requests and frames, for as long as wanted. `python -m tests.fuzz`."""
