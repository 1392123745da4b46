"""Syntax tree of a search: its immutable node types, and `Query`, a parsed search with canonical text and key.

The parser builds it; matcher, stores and evaluator compile or evaluate it. A node says which posts match, never how to
find them. Tokens are already analysed (`analyser.analyse`), times are absolute (ms UTC), facets are strings of
`document.Document.facets`. `docs/reference/search.md` has the node of each operator.
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
    """Posts with a token in a text field."""

    token: str
    field: TextField = "words"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Posts with two or more tokens next to each other, in order, inside one part of a field."""

    tokens: tuple[str, ...]
    field: TextField = "words"


@dataclass(frozen=True, slots=True)
class Near:
    """Posts with the tokens in any order, each an occurrence of its own, and at most `slop` other tokens among them."""

    tokens: tuple[str, ...]
    slop: int


@dataclass(frozen=True, slots=True)
class Prefix:
    """Posts with a token of `words` that starts with `token`."""

    token: str


@dataclass(frozen=True, slots=True)
class Facet:
    """Posts with a whole value in `Document.facets`: "#tag", "@handle", "$sym", "lang:en", "from:x", "host:a.b"."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """Posts with a known number within [low, high], each None for no bound."""

    field: NumberField
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Created:
    """Posts with `since` ≤ `created_at` < `until` (ms UTC), each None for no bound."""

    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Sample:
    """Posts in the first `percent` of the 100 sampling buckets (`evaluate.sample_bucket`)."""

    percent: int


@dataclass(frozen=True, slots=True)
class Not:
    """Posts that do not match `child`."""

    child: Node


@dataclass(frozen=True, slots=True)
class And:
    """Posts that match all of two or more children."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Posts that match any of two or more children."""

    children: tuple[Node, ...]


Leaf = Everything | Word | Phrase | Near | Prefix | Facet | Number | Created | Sample
Node = Leaf | Not | And | Or


def has_numbers(node: Node) -> bool:
    """Tell whether a search has a condition on counts."""
    if isinstance(node, Number):
        return True
    if isinstance(node, Not):
        return has_numbers(node.child)
    return isinstance(node, (And, Or)) and any(map(has_numbers, node.children))


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed search.

    `text` is the search as typed. `canonical` is its canonical text, which parses to the same tree. `key` is the first
    16 hex digits of SHA-1 over `canonical`. `terms` are the words and tags that a page highlights.
    """

    text: str
    root: Node
    canonical: str
    key: str
    terms: tuple[str, ...]
