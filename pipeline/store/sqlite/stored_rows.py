"""Stored rows: names the columns of `posts` and `docs` that make a `StoredRow`, and decodes a row of them."""

from __future__ import annotations

from typing import Any

from pipeline.store.plan import StoredRow
from pipeline.store.post_json import decode_post
from pipeline.store.sqlite import document_columns

STORED_COLUMNS = (
    "p.place, d.body, p.touched, d.words, d.urls, d.bio, d.name, d.facets, "
    "p.followers, p.likes, p.reposts, p.replies, p.quotes"
)


def stored_row(row: tuple[Any, ...]) -> StoredRow:
    """Return the `StoredRow` of a row of `STORED_COLUMNS`."""
    post = decode_post(row[1])
    document = document_columns.document(post.id, post.created_at, row[3:8], row[8:13])
    return StoredRow(row[0], post, bytes(row[1]), document, bool(row[2]))
