"""What posts that are moved in from another store do to this one: the same for every store, as `plan` is for a batch.

Nothing is merged and nothing is numbered: a post comes as the other store held it, described anew by this program, or
stays away because it is here already or was withdrawn here. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from pipeline.post import Post
from pipeline.query.document import describe
from pipeline.store.contract import Held
from pipeline.store.plan import Plan, Put, Shelf, Stored

decode_post = msgspec.json.Decoder(Post).decode


@dataclass(slots=True)
class Moved:
    """The plan of a batch, and the rows that stay as they are with the raw records that belong to them."""

    plan: Plan
    staying: list[tuple[Stored, bytes]] = field(default_factory=list)


def decoded(posts: Sequence[Held]) -> list[tuple[Post, Held]]:
    """Return each with what its wire JSON says."""
    return [(decode_post(held.body), held) for held in posts]


def moved(shelf: Shelf, posts: Sequence[tuple[Post, Held]], now_ms: int) -> Moved:
    """Return what to write. A row of the same or a greater version stays, as does whatever was withdrawn here."""
    made = Moved(Plan(now_ms))
    ids = {post.id for post, _ in posts}
    inside = {post.repost_of or post.quote_of for post, _ in posts} - {""}
    buried = shelf.tombstones(ids | inside)
    authors = shelf.withdrawn_authors({(post.source, post.author.id) for post, _ in posts})
    rows = shelf.stored(ids | inside)
    for post, held in posts:
        if post.id in buried or post.repost_of in buried:
            continue
        if post.version <= authors.get((post.source, post.author.id), -1):
            continue
        row = rows.get(post.id)
        raw = b"" if post.quote_of in buried else held.raw
        if row is not None and not _newer(post, held, row):
            made.staying.append((row, raw if row.body == held.body else b""))
            continue
        original = _original(held, rows.get(post.repost_of)) if post.repost_of else None
        document = describe(post, original)
        made.plan.puts.append(
            Put(post, document, held.body, row, raw, touched=held.touched, place=held.place, reach=held.reach)
        )
    return made


def _newer(post: Post, held: Held, row: Stored) -> bool:
    here, there = (row.post.version, row.post.seq), (post.version, post.seq)
    return there > here or (there == here and held.touched and not row.touched)


def _original(held: Held, row: Stored | None) -> Post | None:
    """Return what a repost shows: its original as the other store has it, or as it is here if that is newer."""
    if held.original is None:
        return row.post if row is not None else None
    original = decode_post(held.original)
    return row.post if row is not None and row.post.version > original.version else original
