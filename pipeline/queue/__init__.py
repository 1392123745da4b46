"""What waits for a worker: batches under a claim check, leases of readers, dead letters."""
