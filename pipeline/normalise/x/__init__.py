"""X formats: reads statuses of API v1.1, posts of API v2, and the control messages of their streams."""
