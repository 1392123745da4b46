"""The delivery of posts from source to watcher: random simulations, and real processes that are killed."""
