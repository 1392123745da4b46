"""X's formats: v1.1, v2 and the control messages of its streams."""
