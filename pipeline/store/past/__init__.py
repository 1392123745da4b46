"""Past of a post: what was replaced in it, bounded, and the number from which on a search matches it."""
