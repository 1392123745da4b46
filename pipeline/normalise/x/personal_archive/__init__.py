"""X's personal archive: wire and adapter of the posts that X gives a person of their own account."""
