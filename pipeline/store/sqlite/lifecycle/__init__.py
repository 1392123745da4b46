"""Lifecycle of a SQLite store: periodic maintenance, retention, migration and copies."""
