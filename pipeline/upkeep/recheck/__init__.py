"""Re-check of stored posts: looks them up at their source and deletes those that no longer exist there."""
