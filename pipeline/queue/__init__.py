"""The queue between readers and workers: batches under a claim check, leases of readers, dead letters."""
