"""Reading from the SQLite store in one read transaction: searches, counts, changes and top lists."""
