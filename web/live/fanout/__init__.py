"""Fan-out: live posts and notices from the one Redis Pub/Sub connection to the watchers of each search."""
