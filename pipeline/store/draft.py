"""What can be made of a batch's posts before anyone looks at a store: analysed and encoded as if each were new.

Most are. A store drafts before it opens its transaction, so that writers do not wait for each other's analysis;
`plan.py` takes a draft where the post is new indeed, and describes anew where it is not. Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from pipeline.json_line_escapes import escape_line_ends
from pipeline.post import Post
from pipeline.query.document import Document, describe
from pipeline.store.contract import Writes

_encode = msgspec.json.Encoder().encode


def encode(post: Post) -> bytes:
    """Return a post's wire JSON, which no reader of lines cuts in two."""
    return escape_line_ends(_encode(post))


@dataclass(frozen=True, slots=True)
class Draft:
    """A new post's wire JSON, and its document (None for a repost, whose content is its original's)."""

    body: bytes
    document: Document | None


def draft(writes: Writes, seq: int) -> dict[str, Draft]:
    """Return drafts of a batch's posts by id, numbered `seq`. The posts are numbered so as well."""
    drafts = {}
    for upsert in writes.upserts:
        post = upsert.post
        post.seq, post.changed = seq, 0
        drafts[post.id] = Draft(encode(post), None if post.repost_of else describe(post, None))
    return drafts
