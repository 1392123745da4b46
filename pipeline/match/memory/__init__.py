"""In-memory matcher: standing searches in an inverted index, matched against whole batches of posts."""
