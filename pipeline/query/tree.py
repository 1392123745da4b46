"""The tree of a search: what the parser makes and every compilation reads.

Immutable. A node says what a post must be, never how to find it. Tokens are already analysed (`analyser.analyse`);
times are absolute (ms, UTC); facets are the strings of `document.Document.facets`. Which operator becomes which node is
in `docs/search.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TextField = Literal["words", "urls", "bio", "name"]
NumberField = Literal["followers", "likes", "reposts", "replies", "quotes"]


@dataclass(frozen=True, slots=True)
class Everything:
    """Every post: `*`."""


@dataclass(frozen=True, slots=True)
class Word:
    """One token in one text field."""

    token: str
    field: TextField = "words"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Two or more tokens, next to each other, in order, inside one part of a field."""

    tokens: tuple[str, ...]
    field: TextField = "words"


@dataclass(frozen=True, slots=True)
class Near:
    """The tokens in any order, each its own occurrence, at most `slop` other tokens in the smallest window."""

    tokens: tuple[str, ...]
    slop: int


@dataclass(frozen=True, slots=True)
class Prefix:
    """A token of `words` that starts with `token`."""

    token: str


@dataclass(frozen=True, slots=True)
class Facet:
    """A whole-value property, one of `Document.facets`: "#tag", "@handle", "$sym", "lang:en", "from:x", "host:a.b"."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """A known number within [low, high], each None for no bound."""

    field: NumberField
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Created:
    """created_at ≥ `since` and < `until` (ms), each None for no bound."""

    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Sample:
    """SHA-1 of the id modulo 100 is below `percent`."""

    percent: int


@dataclass(frozen=True, slots=True)
class Not:
    """What does not match `child`."""

    child: Node


@dataclass(frozen=True, slots=True)
class And:
    """What matches all of two or more children."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """What matches any of two or more children."""

    children: tuple[Node, ...]


Leaf = Everything | Word | Phrase | Near | Prefix | Facet | Number | Created | Sample
Node = Leaf | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed search.

    `text` as typed; `canonical` the text it is keyed by, which parses to the same tree; `key` the first 16 hex digits
    of SHA-1 over `canonical`; `terms` the positive words and tags a reader would want marked.
    """

    text: str
    root: Node
    canonical: str
    key: str
    terms: tuple[str, ...]
