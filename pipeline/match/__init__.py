"""Matching of standing searches: the registry in Redis, its replicas, and two matchers (in memory, percolator)."""
