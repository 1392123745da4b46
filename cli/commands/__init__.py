"""One file a verb of `murmur`."""
