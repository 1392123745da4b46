"""Access to Redis: connections, key names, translated errors, counters, outages of the store."""
