"""Publication: the order in which batches are published, and the messages that tell web processes about them."""
