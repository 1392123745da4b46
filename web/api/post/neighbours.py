"""Neighbours of a post in time: the posts collected just before and just after it, of its source and by its author.

A store gives posts newest first. The ones just after a post are found within a span that is widened until it holds
enough, then narrowed, by counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import QueryError
from pipeline.query.parser import parse
from pipeline.query.tree import Query
from pipeline.store.contract import Reading
from web.api.post.conversation import quoted, relations_of, stored_post

_FIRST_SPAN_MS = 1_000
_WIDER = 8
_READ_MAX = 200
"""Most posts read for one side; of more in one span the oldest cannot be told without reading all."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Posts before and after another one, on each side the nearest first."""

    before: list[bytes]
    after: list[bytes]


def read_neighbours(reading: Reading, post_id: str, limit: int) -> tuple[Neighbours, Neighbours] | None:
    """Return the neighbours of a post in its source, and among its author's posts; None where it is not stored."""
    focus = stored_post(reading, post_id)
    if focus is None:
        return None
    post, body = focus
    source = f"source:{quoted(post.source)}"
    author = f"from:{quoted(post.author.id or post.author.handle)} {source}"
    at = post.created_at
    return _neighbours(reading, source, at, body, limit), _neighbours(reading, author, at, body, limit)


def _neighbours(reading: Reading, text: str, at: int, body: bytes, limit: int) -> Neighbours:
    try:
        query = parse(text)
    except QueryError:  # a source that is no word of the language
        return Neighbours([], [])
    # Posts of the same ms stand after: the order among them is the store's own.
    before = reading.search(query, limit=limit, until=at).bodies
    until = _enough_until(reading, query, at, limit + 1)
    after = [one for one in reading.search(query, limit=_READ_MAX, since=at, until=until).bodies if one != body]
    return Neighbours(before, after[::-1][:limit])


def _enough_until(reading: Reading, query: Query, at: int, enough: int) -> int:
    """Return the end of a short span from `at` that holds `enough` matches, or all of them where they are fewer."""
    newest = [relations_of(body).created_at for body in reading.search(query, limit=1).bodies]
    end = max([at, *newest]) + 1
    low, width = 0, _FIRST_SPAN_MS
    while (count := reading.count(query, since=at, until=min(end, at + width))) < enough and at + width < end:
        low, width = width, width * _WIDER
    width = min(width, end - at)
    while count > _READ_MAX and width - low > 1:
        middle = (low + width) // 2
        counted = reading.count(query, since=at, until=at + middle)
        if counted >= enough:
            width, count = middle, counted
        else:
            low = middle
    return at + width
