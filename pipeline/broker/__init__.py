"""Access to Redis: connections, key names, translated errors, permissions, counters, outages of the store."""
