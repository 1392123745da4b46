"""Periodic work on a SQLite store: maintenance, reach and retention."""
