"""Copying a store into another one, and comparing the two."""
