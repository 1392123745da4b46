"""X's posts by the filtered stream of its API v2."""
