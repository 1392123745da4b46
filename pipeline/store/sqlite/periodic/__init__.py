"""Periodic work on a SQLite store: maintenance, reach of posts (followers of author and reposters), and retention."""
