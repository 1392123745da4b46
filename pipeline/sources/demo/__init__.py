"""Demonstration: generated posts, reproducible from a seed, marked as generated on the page."""
