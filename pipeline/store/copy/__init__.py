"""Copying a store: copies all rows into another store, and compares the two (`murmur copy`)."""
