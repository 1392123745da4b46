"""Reading from the SQLite store: searches, counts, changes and top lists."""
