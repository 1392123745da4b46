"""Prepared rows: posts of a batch, analysed and encoded as if each were new, before the store's transaction is opened.

Sets the posts' sequence numbers. Most posts are new, so writers wait less for each other's analysis. `plan` uses a
prepared row where the post is new indeed and describes the post again where it is not. A repost is encoded only: its
content is its original's. Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.post import Post
from pipeline.query.document import Document, describe
from pipeline.store.contract import Writes
from pipeline.store.post_json import encode_post


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """A new post, its wire JSON, and its document (None for a repost, whose content is its original's)."""

    post: Post
    body: bytes
    document: Document | None


def prepare_rows(writes: Writes, seq: int) -> dict[str, PreparedRow]:
    """Return the prepared rows of a batch's posts by id. Sets the posts' own `seq` and `first_seq` to `seq`, and
    `changed` to 0."""
    prepared = {}
    for upsert in writes.upserts:
        post = upsert.post
        post.seq = post.first_seq = seq
        post.changed = 0
        prepared[post.id] = PreparedRow(post, encode_post(post), None if post.repost_of else describe(post, None))
    return prepared
