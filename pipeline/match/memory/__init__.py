"""In-memory matcher: standing searches in an inverted index of their terms, matched against whole batches of posts."""
