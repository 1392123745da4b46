"""X: posts by the filtered stream of API v2, look-ups of stored posts, and the budget for both."""
