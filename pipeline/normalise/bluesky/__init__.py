"""Bluesky's formats: Jetstream events and what posts embed."""
