"""Builders for the store's tests: posts, batches and searches in a few words."""

from __future__ import annotations

from typing import Any

import msgspec

from pipeline.normalise.post_standing import stand_nested
from pipeline.post import Author, Counts, Post, Upsert
from pipeline.query.parser import parse
from pipeline.query.tree import Query
from pipeline.store.contract import Reading, Store, Writes

T0 = 1_795_000_000_000
"""Time (ms) at which the first post of a test was created."""


def post(number: int, text: str = "", **fields: Any) -> Post:
    """Return post `x:<number>`, created `number` seconds after T0, by @bob unless `handle` says otherwise."""
    counts = Counts(**{name: fields.pop(name) for name in ("likes", "reposts", "replies", "quotes") if name in fields})
    handle = fields.pop("handle", "bob")
    author = Author(f"id-{handle}", handle, followers=fields.pop("followers", None), bio=fields.pop("bio", ""))
    at = T0 + number * 1_000
    given: dict[str, Any] = {
        "version": at,
        "created_at": at,
        "received_at": at,
        "source": "x",
        "lang": "en",
        "langs": ["en"],
    } | fields
    return Post(id=f"x:{number}", text=text, author=author, counts=counts, **given)


def nested(post: Post, observed_at: int, *, thin: bool = False) -> Post:
    """Return a post as it came inside another one that was observed at a time (ms)."""
    return stand_nested(post, observed_at, thin=thin)


def put(store: Store, seq: int, *posts: Post, raw: bytes = b"") -> Any:
    """Persist posts as one batch."""
    return store.persist(Writes([Upsert(one, raw) for one in posts]), seq)


def search(text: str) -> Query:
    """Return a parsed search."""
    return parse(text, T0 + 10**9)


class _Identified(msgspec.Struct):
    id: str


def ids(bodies: list[bytes]) -> list[str]:
    """Return the ids of posts as they came over the wire."""
    return [msgspec.json.decode(body, type=_Identified).id for body in bodies]


def found(reading: Reading, text: str, **options: Any) -> list[str]:
    """Return the ids a search finds, all in one page."""
    return ids(reading.search(search(text), **{"limit": 10_000} | options).bodies)


def now_found(store: Store, text: str, **options: Any) -> list[str]:
    """Return the ids a search finds in a reading of its own."""
    with store.reading() as reading:
        return found(reading, text, **options)
