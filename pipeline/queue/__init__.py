"""Queue between readers and workers: batches and their claim check, leases of readers, dead letters, poison records."""
