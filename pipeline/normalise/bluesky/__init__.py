"""Bluesky formats: Jetstream events and frames, and the post records inside them."""
