"""Copy of a store (`murmur copy`): copies all rows into another store, and compares the two."""
