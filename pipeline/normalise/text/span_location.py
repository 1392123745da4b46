"""Span location: finds a tag or URL in a text, at the indices that its source states or else at the nearest occurrence.

Sources sometimes state wrong indices. A tag or URL that the text does not have gives None.
"""

from __future__ import annotations

import re

TAG_SIGNS = {"hashtag": "#＃", "mention": "@＠", "cashtag": "$＄"}
"""Type of an entity → the characters that may begin it."""

MAX_SEARCHED_CHARS = 20_000
"""Longest text, in characters, in which a misplaced span is searched for."""


def locate_tag(text: str, indices: tuple[int, int] | None, kind: str, value: str) -> tuple[int, int] | None:
    """Return the span of a tag, handle or symbol: `indices` if they are right, else the nearest occurrence or None."""
    signs = TAG_SIGNS[kind]
    if indices is not None:
        start, end = indices
        if 0 <= start < end <= len(text) and text[start] in signs:
            there = text[start + 1 : end]
            if there == value or there.casefold() == value.casefold():
                return indices
    return _nearest(rf"[{re.escape(signs)}]{re.escape(value)}(?!\w)", text, indices)


def locate_url(text: str, indices: tuple[int, int] | None, url: str) -> tuple[int, int] | None:
    """Return the span of a URL: `indices` if they are right, else the nearest occurrence or None."""
    if indices is not None and indices[0] >= 0 and text[indices[0] : indices[1]] == url:
        return indices
    return _nearest(rf"{re.escape(url)}(?![\w/])", text, indices) if url else None


def _nearest(pattern: str, text: str, indices: tuple[int, int] | None) -> tuple[int, int] | None:
    if len(text) > MAX_SEARCHED_CHARS:
        return None
    wanted = indices[0] if indices is not None else 0
    found = [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]
    return min(found, key=lambda span: abs(span[0] - wanted), default=None)
