"""Normalisation: makes canonical posts and other events from the raw records of every source.

It uses no network, no clock and no store, so the same bytes give the same events on every attempt.
"""

from pipeline.normalise.format_dispatch import normalise

__all__ = ["normalise"]
