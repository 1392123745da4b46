"""Publication: the order in which batches are published, and the messages sent to web processes."""
