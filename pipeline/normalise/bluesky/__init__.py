"""Bluesky formats: reads Jetstream events and frames, and the post and repost records inside them."""
