"""Stored rows: names the columns of `posts` and `docs` that make a `StoredRow`, and decodes a row of them.

A row may bring the post's past along, from the table `pasts`, as its last column.
"""

from __future__ import annotations

from typing import Any

from pipeline.store.past.post_past import NO_PAST, decode_past
from pipeline.store.plan import StoredRow
from pipeline.store.post_json import decode_post
from pipeline.store.sqlite import document_columns

STORED_COLUMNS = (
    "p.place, d.body, p.touched, d.words, d.urls, d.bio, d.name, d.facets, "
    "p.followers, p.likes, p.reposts, p.replies, p.quotes"
)


PAST_COLUMN = "v.data"
PAST_JOIN = "LEFT JOIN pasts AS v ON v.hash = p.hash"


def stored_row(row: tuple[Any, ...]) -> StoredRow:
    """Return the `StoredRow` of a row of `STORED_COLUMNS`, and of `PAST_COLUMN` where that was read."""
    post = decode_post(row[1])
    document = document_columns.document(post.id, post.created_at, row[3:8], row[8:13])
    past = decode_past(row[13]) if len(row) > 13 else NO_PAST
    return StoredRow(row[0], post, bytes(row[1]), document, bool(row[2]), past)
