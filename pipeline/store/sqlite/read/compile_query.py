"""Query compiler: turns the tree of a search into SQL, an index expression with conditions on columns and sort keys.

A search becomes one or more branches whose union holds every match; each branch is cheap to read newest first. `exact`
is False where the union may hold too much (`Near`, or a mixture too wide to spread out): each candidate is then checked
against the tree. `rows_of` writes the SQL of a branch. User text reaches SQLite as parameters only.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from pipeline.query.tree import And, Created, Everything, Near, Node, Not, Number, Or, Sample
from pipeline.store import sort_key
from pipeline.store.sqlite.document_columns import NUMBER_COLUMNS
from pipeline.store.sqlite.read.fts_expression import fts_expression, is_indexed

MAX_BRANCHES = 32


@dataclass(frozen=True, slots=True)
class Branch:
    """Rows that match the index expression (None: all) and every condition, with a sort key in [low, high)."""

    match: str | None = None
    conditions: tuple[str, ...] = ()
    parameters: tuple[int, ...] = ()
    low: int = 0
    high: int = sort_key.MAX_SORT_KEY

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
class SqliteQuery:
    """Branches of a search; `exact` says whether their union holds its matches only."""

    branches: tuple[Branch, ...]
    exact: bool

    def within(self, low: int, high: int) -> SqliteQuery:
        """Return the same search over sort keys in [low, high) only."""
        span = Branch(low=low, high=high)
        kept = tuple(branch & span for branch in self.branches)
        return replace(self, branches=tuple(branch for branch in kept if branch.low < branch.high))


def compile_tree(root: Node) -> SqliteQuery:
    """Return the branches of a tree."""
    widening = _Widening()
    branches = _branches(widening.widen(_push_negation(root, False)), widening)
    return SqliteQuery(tuple(branches), exact=not widening.used)


def _push_negation(node: Node, negated: bool) -> Node:
    """Return the tree with NOT at its leaves; a negated span of time becomes the two around it."""
    if isinstance(node, Not):
        return _push_negation(node.child, not negated)
    if isinstance(node, And | Or):
        children = tuple(_push_negation(child, negated) for child in node.children)
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


class _Widening:
    """Replaces parts of a tree that SQLite cannot decide by wider ones; `used` says that some were."""

    def __init__(self) -> None:
        self.used = False

    def widen(self, node: Node) -> Node:
        """Return a tree without `Near` under NOT; every `Near` is checked again, because the index only narrows it."""
        if isinstance(node, And):
            return And(tuple(self.widen(child) for child in node.children))
        if isinstance(node, Or):
            return Or(tuple(self.widen(child) for child in node.children))
        if isinstance(node, Near):
            self.used = True
        if isinstance(node, Not) and isinstance(node.child, Near):
            self.used = True
            return Everything()
        return node

    def everything(self) -> list[Branch]:
        """Return one branch that holds all rows, in place of too many."""
        self.used = True
        return [Branch()]


def _branches(node: Node, widening: _Widening) -> list[Branch]:
    """Return branches whose union holds every match of a tree, at most `MAX_BRANCHES`."""
    if isinstance(node, Everything):
        return [Branch()]
    if is_indexed(node):
        return [Branch(match=fts_expression(node))]
    if isinstance(node, Or):
        indexed = [child for child in node.children if is_indexed(child)]
        found = [Branch(match=fts_expression(_join(Or, indexed)))] if indexed else []
        for child in node.children:
            if not is_indexed(child):
                found += _branches(child, widening)
        return found if len(found) <= MAX_BRANCHES else widening.everything()
    if isinstance(node, And):
        indexed = [child for child in node.children if is_indexed(child) and not isinstance(child, Everything)]
        common = Branch(match=fts_expression(_join(And, indexed))) if indexed else Branch()
        lists = [_branches(child, widening) for child in node.children if not is_indexed(child)]
        total = reduce(lambda product, branches: product * len(branches), lists, 1)
        while total > MAX_BRANCHES:
            widest = max(range(len(lists)), key=lambda index: len(lists[index]))
            total //= len(lists[widest])
            lists[widest] = widening.everything()
        return [reduce(Branch.__and__, choice, common) for choice in itertools.product(*lists)]
    return [_condition(node)]


def _condition(node: Node) -> Branch:
    """Return the branch of a leaf that a column or the sort key decides."""
    negated = isinstance(node, Not)
    leaf = node.child if isinstance(node, Not) else node
    if isinstance(leaf, Created):
        since = 0 if leaf.since is None else sort_key.floor(leaf.since)
        until = sort_key.MAX_SORT_KEY if leaf.until is None else sort_key.floor(leaf.until)
        return Branch(low=since, high=until)
    if isinstance(leaf, Number):
        if leaf.field not in NUMBER_COLUMNS:
            raise ValueError(f"no such number: {leaf.field}")
        bounds = [(">=", leaf.low), ("<=", leaf.high)]
        used = [(sign, bound) for sign, bound in bounds if bound is not None]
        test = " AND ".join(f"p.{leaf.field} {sign} ?" for sign, _ in used) or f"p.{leaf.field} IS NOT NULL"
        values = tuple(min(max(bound, -sort_key.MAX_SORT_KEY), sort_key.MAX_SORT_KEY) for _, bound in used)
    elif isinstance(leaf, Sample):
        test, values = "p.sample < ?", (leaf.percent,)
    else:
        raise TypeError(f"no condition for {leaf!r}")
    return Branch(conditions=(f"({test}) IS NOT TRUE" if negated else f"({test})",), parameters=values)


def _join(kind: type[And | Or], children: list[Node]) -> Node:
    return children[0] if len(children) == 1 else kind(tuple(children))


def rows_of(branch: Branch, *, posts: bool = False) -> tuple[str, tuple[Any, ...]]:
    """Return "<sort key column> AS at FROM … WHERE …" of a branch, and its parameters; `posts` joins that table."""
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
