"""Indexed fields of a post: their mapping, the values of a document (words, facets, numbers), and the document again.

A text is its tokens joined by spaces, for the server's `whitespace` analyser: our analyser alone decides what a word
is. Facets are keywords, without overlong ones; an unknown number is absent, others are clamped to the server's limits.
The store and the percolator share these fields, and `compile_query` uses no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pipeline.query.document import Document
from pipeline.query.evaluate import sample_bucket
from pipeline.query.tree import NumberField, TextField

FIELDS_VERSION = 1
"""Raised with every change below that requires all documents to be indexed again."""

TEXT_FIELDS: Final[tuple[TextField, ...]] = ("words", "urls", "bio", "name")
NUMBER_FIELDS: Final[tuple[NumberField, ...]] = ("followers", "likes", "reposts", "replies", "quotes")

FACET_CHARS_MAX = 8_000
"""Characters of a facet beyond which it is not indexed. No search is long enough to name it, and the server refuses a
whole document with a keyword of more than 32,766 bytes (four a character)."""

LONG_MAX = (1 << 63) - 1
TIME_MS_MAX = 253_402_300_799_999
"""Last ms of the year 9999: the server reads no later date."""

PREFIX_MIN, PREFIX_MAX = 2, 4
"""Characters of the beginnings of words that are indexed as terms: the searches `ca*` to `cats*` are then look-ups."""


def _text() -> dict[str, Any]:
    # A token has at most 128 characters, so at most 256 UTF-16 units with the last two beyond 254: the tokenizer, which
    # splits before a character that begins at 255 or later, never splits one.
    return {"type": "text", "analyzer": "whitespace", "norms": False}


PROPERTIES: Final[dict[str, dict[str, Any]]] = {
    "created_at": {"type": "date", "format": "epoch_millis"},
    "sample": {"type": "byte"},
    "words": _text() | {"index_prefixes": {"min_chars": PREFIX_MIN, "max_chars": PREFIX_MAX}},
    "urls": _text(),
    "bio": _text(),
    "name": _text(),
    "facets": {"type": "keyword"},
    **{number: {"type": "long"} for number in NUMBER_FIELDS},
}
"""Properties of the mapping of all fields that searches read."""


def fields(document: Document) -> dict[str, Any]:
    """Return the indexed values of a document by the names of `PROPERTIES`, without empty and unknown ones."""
    found: dict[str, Any] = {
        "created_at": min(max(document.created_at, 0), TIME_MS_MAX),
        "sample": sample_bucket(document.id),
    }
    for text in TEXT_FIELDS:
        tokens = getattr(document, text)
        if tokens:
            found[text] = " ".join(tokens)
    if document.facets:
        found["facets"] = [facet for facet in document.facets if len(facet) <= FACET_CHARS_MAX]
    for number, value in document.numbers.items():
        found[number] = min(max(value, -LONG_MAX), LONG_MAX)
    return found


def document(post_id: str, indexed: Mapping[str, Any]) -> Document:
    """Return the document of indexed values; facets that were too long are missing."""
    words, urls, bio, name = (indexed[text].split(" ") if indexed.get(text) else [] for text in TEXT_FIELDS)
    return Document(
        id=post_id,
        created_at=indexed["created_at"],
        words=words,
        urls=urls,
        bio=bio,
        name=name,
        facets=set(indexed.get("facets", ())),
        numbers={number: indexed[number] for number in NUMBER_FIELDS if indexed.get(number) is not None},
    )
