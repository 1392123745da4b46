"""The worker process: normalise, persist, match, publish."""
