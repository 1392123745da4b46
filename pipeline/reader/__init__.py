"""The reader process: reads a source and enqueues its records in batches."""
