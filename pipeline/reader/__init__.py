"""The reader process: reads sources, each under a lease, enqueues records in batches, reports status and coverage."""
