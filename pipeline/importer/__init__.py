"""The import of files: reads archives, hands their posts over in batches, remembers how far it came, and counts."""
