"""Bluesky: posts by Jetstream, authors and counts by the public API, and look-ups of stored posts."""
