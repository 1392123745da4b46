"""The worker process: normalises, persists, matches and publishes batches."""
