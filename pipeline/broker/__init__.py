"""Talking to Redis: connections, key names, errors, counters, outages."""
