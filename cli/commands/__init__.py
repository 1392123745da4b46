"""Commands of `murmur`, one file each."""
