"""Publication to web processes: the order in which batches are published in Redis, and the messages of each batch."""
