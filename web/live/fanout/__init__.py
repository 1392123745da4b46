"""Fan-out: from the Pub/Sub connection to the watchers of each search."""
