"""Document columns: converts a post's document (words, facets, numbers) to columns of `docs` and `posts`, and back.

Tokens are joined by spaces, and each facet becomes one token; overlong facets are left out, numbers are clamped to 64
bits. The tokenizer folds ASCII capitals and splits at ASCII spaces and controls, so those are percent-encoded in
facets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast
from urllib.parse import unquote

from pipeline.query.document import Document
from pipeline.query.tree import NumberField

EVERY_ROW = "%"
"""Token that every row has in `facets`, so that "everything but" is a search of the index too. No facet encodes to
it."""

NUMBER_COLUMNS: tuple[NumberField, ...] = ("followers", "likes", "reposts", "replies", "quotes")
MAX_FACET_CHARS = 8_000
"""Characters of the longest facet that is indexed. No search is long enough to name a longer one."""

_UNSAFE = re.compile(r"[\x00-\x20%A-Z\x7f]")
_MAX = (1 << 63) - 1

Texts = tuple[str, str, str, str, str]


def facet_token(facet: str) -> str:
    """Return the token that stands for a facet in the index."""
    if _UNSAFE.search(facet) is None:
        return facet
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02x}", facet)


def texts(document: Document) -> Texts:
    """Return words, urls, bio, name and facets as they are indexed and stored."""
    join = " ".join
    facets = join(document.facets)
    if len(facets) > MAX_FACET_CHARS or facets.count(" ") >= len(document.facets) or _UNSAFE_JOINED.search(facets):
        facets = join(facet_token(facet) for facet in document.facets if len(facet) <= MAX_FACET_CHARS)
    return (
        join(document.words),
        join(document.urls),
        join(document.bio),
        join(document.name),
        f"{facets} {EVERY_ROW}" if facets else EVERY_ROW,
    )


_UNSAFE_JOINED = re.compile(r"[\x00-\x1f%A-Z\x7f]")


def numbers(document: Document) -> list[int | None]:
    """Return the document's numbers in the order of `NUMBER_COLUMNS`, None where unknown, clamped to 64 bits."""
    get = document.numbers.get
    row = [get(name) for name in NUMBER_COLUMNS]
    return [number if number is None or -_MAX <= number <= _MAX else _MAX for number in row]


def document(post_id: str, created_at: int, columns: Texts, known: Iterable[object]) -> Document:
    """Return the document of a row; `known` are its numbers in the order of `NUMBER_COLUMNS`."""
    words, urls, bio, name, facets = (column.split(" ") if column else [] for column in columns)
    whole = {unquote(facet, errors="strict") if "%" in facet else facet for facet in facets[:-1]}
    pairs = zip(NUMBER_COLUMNS, known, strict=True)
    return Document(
        id=post_id,
        created_at=created_at,
        words=words,
        urls=urls,
        bio=bio,
        name=name,
        facets=whole,
        numbers={key: cast("int", number) for key, number in pairs if number is not None},
    )
