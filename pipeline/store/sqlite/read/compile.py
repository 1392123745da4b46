"""From the tree of a search to what SQLite can run: an expression for the index, conditions on columns, places.

A search becomes one or more branches whose union holds every match, each cheap newest-first. `exact` is False where the
union may hold too much (`Near`, or a mixture too wide to spread out): then each candidate is checked against the tree.
User text reaches SQLite as parameters only, and the index as quoted tokens only.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from pipeline.query.tree import (
    And,
    Created,
    Everything,
    Facet,
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
from pipeline.store import sort_key as place
from pipeline.store.sqlite.document_columns import ALL, facet_token

MAX_BRANCHES = 32
_MATCH_ALL = f'facets : "{ALL}"'
_COLUMNS = {"followers", "likes", "reposts", "replies", "quotes"}


@dataclass(frozen=True, slots=True)
class Branch:
    """Rows that match the index expression (None: all rows), meet every condition, and stand in [low, high)."""

    match: str | None = None
    conditions: tuple[str, ...] = ()
    parameters: tuple[int, ...] = ()
    low: int = 0
    high: int = place.MAX_PLACE

    def __and__(self, other: Branch) -> Branch:
        match = self.match
        if other.match is not None:
            match = other.match if match is None else f"({match}) AND ({other.match})"
        return Branch(
            match,
            self.conditions + other.conditions,
            self.parameters + other.parameters,
            max(self.low, other.low),
            min(self.high, other.high),
        )


@dataclass(frozen=True, slots=True)
class Compiled:
    """The branches of a search, and whether their union is exactly its matches."""

    branches: tuple[Branch, ...]
    exact: bool

    def within(self, low: int, high: int) -> Compiled:
        """Return the same search over places in [low, high) only."""
        span = Branch(low=low, high=high)
        kept = tuple(branch & span for branch in self.branches)
        return replace(self, branches=tuple(branch for branch in kept if branch.low < branch.high))


def compile_tree(root: Node) -> Compiled:
    """Return what to run for a tree."""
    loose = _Loosened()
    branches = _branches(loose.loosen(_push(root, False)), loose)
    return Compiled(tuple(branches), exact=not loose.used)


def _push(node: Node, negated: bool) -> Node:
    """Return the tree with NOT at its leaves; a negated span of time becomes the two around it."""
    if isinstance(node, Not):
        return _push(node.child, not negated)
    if isinstance(node, And | Or):
        children = tuple(_push(child, negated) for child in node.children)
        return And(children) if isinstance(node, And) != negated else Or(children)
    if not negated:
        return node
    if isinstance(node, Created):
        around: list[Node] = []
        if node.since is not None:
            around.append(Created(None, node.since))
        if node.until is not None:
            around.append(Created(node.until, None))
        return Or(tuple(around)) if len(around) > 1 else around[0] if around else Not(Everything())
    return Not(node)


class _Loosened:
    """Replaces what the index cannot decide by something wider, and remembers that it did."""

    def __init__(self) -> None:
        self.used = False

    def loosen(self, node: Node) -> Node:
        if isinstance(node, And):
            return And(tuple(self.loosen(child) for child in node.children))
        if isinstance(node, Or):
            return Or(tuple(self.loosen(child) for child in node.children))
        if isinstance(node, Near):
            self.used = True
        if isinstance(node, Not) and isinstance(node.child, Near):
            self.used = True
            return Everything()
        return node

    def give_up(self) -> list[Branch]:
        self.used = True
        return [Branch()]


def _indexed(node: Node) -> bool:
    if isinstance(node, Not):
        return _indexed(node.child)
    if isinstance(node, And | Or):
        return all(_indexed(child) for child in node.children)
    return isinstance(node, Everything | Word | Phrase | Near | Prefix | Facet)


def _branches(node: Node, loose: _Loosened) -> list[Branch]:
    if isinstance(node, Everything):
        return [Branch()]
    if _indexed(node):
        return [Branch(match=expression(node))]
    if isinstance(node, Or):
        indexed = [child for child in node.children if _indexed(child)]
        found = [Branch(match=expression(_join(Or, indexed)))] if indexed else []
        for child in node.children:
            if not _indexed(child):
                found += _branches(child, loose)
        return found if len(found) <= MAX_BRANCHES else loose.give_up()
    if isinstance(node, And):
        indexed = [child for child in node.children if _indexed(child) and not isinstance(child, Everything)]
        common = Branch(match=expression(_join(And, indexed))) if indexed else Branch()
        lists = [_branches(child, loose) for child in node.children if not _indexed(child)]
        total = reduce(lambda product, branches: product * len(branches), lists, 1)
        while total > MAX_BRANCHES:
            widest = max(range(len(lists)), key=lambda index: len(lists[index]))
            total //= len(lists[widest])
            lists[widest] = loose.give_up()
        return [reduce(Branch.__and__, choice, common) for choice in itertools.product(*lists)]
    return [_condition(node)]


def _condition(node: Node) -> Branch:
    negated = isinstance(node, Not)
    leaf = node.child if isinstance(node, Not) else node
    if isinstance(leaf, Created):
        since = 0 if leaf.since is None else place.floor(leaf.since)
        until = place.MAX_PLACE if leaf.until is None else place.floor(leaf.until)
        return Branch(low=since, high=until)
    if isinstance(leaf, Number):
        if leaf.field not in _COLUMNS:
            raise ValueError(f"no such number: {leaf.field}")
        bounds = [(">=", leaf.low), ("<=", leaf.high)]
        used = [(sign, bound) for sign, bound in bounds if bound is not None]
        test = " AND ".join(f"p.{leaf.field} {sign} ?" for sign, _ in used) or f"p.{leaf.field} IS NOT NULL"
        values = tuple(min(max(bound, -place.MAX_PLACE), place.MAX_PLACE) for _, bound in used)
    elif isinstance(leaf, Sample):
        test, values = "p.sample < ?", (leaf.percent,)
    else:
        raise TypeError(f"no condition for {leaf!r}")
    return Branch(conditions=(f"({test}) IS NOT TRUE" if negated else f"({test})",), parameters=values)


def _join(kind: type[And | Or], children: list[Node]) -> Node:
    return children[0] if len(children) == 1 else kind(tuple(children))


def _quoted(text: str) -> str:
    # No token has a NUL, and FTS5 ends the expression at one.
    return '"' + text.replace('"', '""').replace("\0", "\ufffd") + '"'


def expression(node: Node) -> str:
    """Return the FTS5 expression of a tree that the index alone can answer."""
    if isinstance(node, Or):
        return "(" + " OR ".join(expression(child) for child in node.children) + ")"
    if isinstance(node, And):
        wanted = [expression(child) for child in node.children if not isinstance(child, Not | Everything)]
        unwanted = [expression(child.child) for child in node.children if isinstance(child, Not)]
        held = "(" + " AND ".join(wanted) + ")" if wanted else _MATCH_ALL
        return f"({held} NOT ({' OR '.join(unwanted)}))" if unwanted else held
    if isinstance(node, Not):
        return f"({_MATCH_ALL} NOT {expression(node.child)})"
    return _leaf(node)


def _leaf(node: Node) -> str:
    if isinstance(node, Everything):
        return _MATCH_ALL
    if isinstance(node, Word):
        return f"{node.field} : {_quoted(node.token)}"
    if isinstance(node, Phrase):
        return f"{node.field} : {_quoted(' '.join(node.tokens))}"
    if isinstance(node, Prefix):
        return f"words : {_quoted(node.token)} *"
    if isinstance(node, Facet):
        return f"facets : {_quoted(facet_token(node.name))}"
    if isinstance(node, Near):
        tokens = " ".join(_quoted(token) for token in node.tokens)
        return f"words : NEAR({tokens}, {node.slop + len(node.tokens) - 2})"
    raise TypeError(f"the index cannot answer {node!r}")


def rows_of(branch: Branch, *, posts: bool = False) -> tuple[str, tuple[Any, ...]]:
    """Return "<place column> AS at FROM … WHERE …" of a branch, and its parameters; `posts` wants that table joined."""
    joined = posts or bool(branch.conditions)
    if branch.match is None:
        column, table = "p.place", "posts AS p"
        conditions, parameters = [], []
    else:
        column, table = "f.rowid", "fts AS f" + (" CROSS JOIN posts AS p ON p.place = f.rowid" if joined else "")
        conditions, parameters = ["fts MATCH ?"], [branch.match]
    conditions += [f"{column} >= ?", f"{column} < ?", *branch.conditions]
    sql = f"{column} AS at FROM {table} WHERE {' AND '.join(conditions)}"
    return sql, (*parameters, branch.low, branch.high, *branch.parameters)
