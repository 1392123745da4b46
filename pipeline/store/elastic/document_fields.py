"""How a document lies in an Elasticsearch index and back: the mapping of what a search sees, and its values.

Texts are tokens joined by spaces for the server's `whitespace` analyser, so that our analyser alone decides what a word
is; facets are keywords; an unknown number is absent. The store's indices and the percolator's share these fields, and
`compile` asks for no others. This module knows no client.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pipeline.query.document import Document
from pipeline.query.evaluate import sample_bucket
from pipeline.query.tree import NumberField, TextField

FIELDS_VERSION = 1
"""Goes up with every change below that makes documents to be indexed again."""

TEXTS: Final[tuple[TextField, ...]] = ("words", "urls", "bio", "name")
NUMBERS: Final[tuple[NumberField, ...]] = ("followers", "likes", "reposts", "replies", "quotes")

MAX_FACET_LENGTH = 8_000
"""Longer ones are not indexed: no search is long enough to name them, and a keyword of more than 32,766 bytes (four a
character) would have the server refuse the whole document."""

MAX_LONG = (1 << 63) - 1
MAX_MS = 253_402_300_799_999
"""The last moment of the year 9999: the server reads no later date."""

PREFIX_MIN, PREFIX_MAX = 2, 4
"""Beginnings of words that are terms of their own, in characters: the searches `ca*` to `cats*` are then look-ups."""


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
    **{number: {"type": "long"} for number in NUMBERS},
}
"""The mapping's properties of what a search sees."""


def fields(document: Document) -> dict[str, Any]:
    """Return what is indexed of a document, by the names of `PROPERTIES`; what is empty or unknown is left out."""
    found: dict[str, Any] = {
        "created_at": min(max(document.created_at, 0), MAX_MS),
        "sample": sample_bucket(document.id),
    }
    for text in TEXTS:
        tokens = getattr(document, text)
        if tokens:
            found[text] = " ".join(tokens)
    if document.facets:
        found["facets"] = [facet for facet in document.facets if len(facet) <= MAX_FACET_LENGTH]
    for number, value in document.numbers.items():
        found[number] = min(max(value, -MAX_LONG), MAX_LONG)
    return found


def document(post_id: str, indexed: Mapping[str, Any]) -> Document:
    """Return the document whose `fields` were indexed (without facets too long for it)."""
    words, urls, bio, name = (indexed[text].split(" ") if indexed.get(text) else [] for text in TEXTS)
    return Document(
        id=post_id,
        created_at=indexed["created_at"],
        words=words,
        urls=urls,
        bio=bio,
        name=name,
        facets=set(indexed.get("facets", ())),
        numbers={number: indexed[number] for number in NUMBERS if indexed.get(number) is not None},
    )
