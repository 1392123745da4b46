"""Normalisation: turns a raw record of any source into events: posts, deletions of posts or accounts, notices.

It uses no network, no clock and no store, so the same bytes give the same events on every attempt.
"""

from pipeline.normalise.format_dispatch import normalise

__all__ = ["normalise"]
