"""X formats: statuses of API v1.1, posts of API v2 and the control messages of its streams."""
