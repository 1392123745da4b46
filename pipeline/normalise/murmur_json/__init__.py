"""Murmuration's own JSON: reads records of `demo`, exports, installed sources and re-checks, and of `murmur forget`."""
