"""Entities of a text, by the rules of twitter-text."""

from __future__ import annotations

from pipeline.post import Post


def complete(post: Post) -> None:
    """Fill in entities of a post whose source names none."""
