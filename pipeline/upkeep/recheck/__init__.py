"""Re-check of stored posts: looks them up at their source again, and deletes those that are gone (docs/reference/sources.md)."""
