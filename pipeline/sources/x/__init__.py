"""X: posts by the filtered stream of API v2, look-ups and compliance jobs for stored posts, and the budget of posts."""
