"""Query compiler: turns the tree of a search into one filter in Elasticsearch's query DSL, without scores.

The same filter finds stored posts and is stored in the percolator. It finds every match, and nothing else if `exact`.
Otherwise each candidate must be checked against the tree (`query.evaluate.matches`): in proximity searches (`~`) the
server counts a word that is required twice differently, and it refuses queries that are nested too deep. There are no
scripts, and user text is always a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_never

from pipeline.query.document import BREAK
from pipeline.query.tree import (
    And,
    Created,
    Everything,
    Facet,
    Leaf,
    Near,
    Node,
    Not,
    Number,
    Or,
    Phrase,
    Prefix,
    Sample,
    Word,
)
from pipeline.store.elastic.document_fields import LONG_MAX, PREFIX_MIN, TIME_MS_MAX

Dsl = dict[str, Any]
"""Query of Elasticsearch, in the form that is encoded as JSON."""

NESTED_MAX = 14
"""Most compound queries inside one another. A server of 7.17 refuses more than 20, and callers add some."""

MATCH_ALL: Dsl = {"match_all": {}}
MATCH_NONE: Dsl = {"match_none": {}}


@dataclass(frozen=True, slots=True)
class ElasticFilter:
    """A filter that finds every match of a search; `exact` if it finds nothing else."""

    filter: Dsl
    exact: bool


def compile_tree(root: Node) -> ElasticFilter:
    """Return the filter of a tree."""
    return _Compilation().run(root)


class _Compilation:
    def __init__(self) -> None:
        self._exact = True

    def run(self, root: Node) -> ElasticFilter:
        compiled = self._node(root, wide=True, depth=0)
        return ElasticFilter(compiled, self._exact)

    def _node(self, node: Node, *, wide: bool, depth: int) -> Dsl:
        """Return a filter that finds all matches of a node (`wide`), or only matches of it (inside a NOT)."""
        if isinstance(node, Not):
            if isinstance(node.child, Not):
                return self._node(node.child.child, wide=wide, depth=depth)
            if depth >= NESTED_MAX:
                return self._undecided(wide=wide)
            return {"bool": {"must_not": [self._node(node.child, wide=not wide, depth=depth + 1)]}}
        if isinstance(node, And | Or):
            if depth >= NESTED_MAX:
                return self._undecided(wide=wide)
            return self._all(node, wide, depth + 1) if isinstance(node, And) else self._any(node, wide, depth + 1)
        return self._leaf(node, wide=wide)

    def _all(self, node: And, wide: bool, depth: int) -> Dsl:
        clauses: dict[str, list[Dsl]] = {}
        for child in node.children:
            if isinstance(child, Not):
                clauses.setdefault("must_not", []).append(self._node(child.child, wide=not wide, depth=depth))
            else:
                clauses.setdefault("filter", []).append(self._node(child, wide=wide, depth=depth))
        return {"bool": clauses}

    def _any(self, node: Or, wide: bool, depth: int) -> Dsl:
        if not node.children:
            return MATCH_NONE
        should = [self._node(child, wide=wide, depth=depth) for child in node.children]
        return {"bool": {"should": should, "minimum_should_match": 1}}

    def _undecided(self, *, wide: bool) -> Dsl:
        self._exact = False
        return MATCH_ALL if wide else MATCH_NONE

    def _leaf(self, leaf: Leaf, *, wide: bool) -> Dsl:  # noqa: C901, PLR0911 - one branch for each kind of leaf
        match leaf:
            case Everything():
                return MATCH_ALL
            case Word(token, field):
                return {"term": {field: {"value": token}}}
            case Phrase(tokens, field):
                return {"match_phrase": {field: {"query": " ".join(tokens)}}}
            case Near():
                return self._near(leaf, wide=wide)
            case Prefix(token):
                # The parser makes no shorter prefix; the server would look up a lone emoji (two UTF-16 units) as term.
                if len(token) < PREFIX_MIN:
                    return self._undecided(wide=wide)
                return {"prefix": {"words": {"value": token}}}
            case Facet(name):
                return {"term": {"facets": {"value": name}}}
            case Number(field, low, high):
                return _range(field, gte=_long(-LONG_MAX if low is None else low), lte=_long(high))
            case Created(since, until):
                return (
                    MATCH_ALL
                    if since is None and until is None
                    else _range("created_at", gte=_ms(since), lt=_ms(until))
                )
            case Sample(percent):
                return _range("sample", lt=percent)
            case _:
                assert_never(leaf)

    def _near(self, near: Near, *, wide: bool) -> Dsl:
        if len(set(near.tokens)) < len(near.tokens):
            self._exact = False
            if not wide:
                return MATCH_NONE
        window = {
            "query": " ".join(near.tokens),
            "max_gaps": near.slop,
            "ordered": False,
            "filter": {"not_containing": {"match": {"query": BREAK}}},
        }
        return {"intervals": {"words": {"match": window}}}


def _range(field: str, **bounds: int | None) -> Dsl:
    return {"range": {field: {name: bound for name, bound in bounds.items() if bound is not None}}}


def _long(number: int | None) -> int | None:
    return None if number is None else min(max(number, -LONG_MAX), LONG_MAX)


def _ms(at: int | None) -> int | None:
    return None if at is None else min(max(at, 0), TIME_MS_MAX)
