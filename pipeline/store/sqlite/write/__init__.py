"""Writing to the SQLite store: the lookups of a plan, and the writer that applies it."""
