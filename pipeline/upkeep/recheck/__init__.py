"""Re-check of stored posts: looks them up at their source, deletes those that are gone, and refreshes others.

docs/reference/sources.md lists what each source allows.
"""
