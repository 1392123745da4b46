"""Normal form of a search tree: equal searches, typed in different ways, get one tree, by which they are keyed.

Groups of the same kind are merged, duplicates removed, children sorted, and NOT is pushed inward where the language can
spell the result. A search, or one side of an OR, with nothing but exclusions raises `QueryError`. Nothing is multiplied
out, so the result is never larger than the typed search.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pipeline.errors import QueryError
from pipeline.query.canonical_text import spell
from pipeline.query.tree import And, Everything, Node, Not, Or


@dataclass(slots=True)
class TypedTree:
    """A tree as typed. `at` is the position (code point) of its beginning in the text."""

    kind: Literal["leaf", "not", "and", "or"]
    at: int
    children: list[TypedTree] = field(default_factory=list)
    leaf: Node | None = None


def to_normal_form(typed: TypedTree) -> Node:
    """Return the normal form.

    Raises:
        QueryError: the search, or one side of an OR, has only exclusions.
    """
    node = _NegationPusher().push(typed, negated=False, positive=True)
    if not has_positive_term(node):
        raise _exclusions(typed.at, "A search")
    return node


def has_positive_term(node: Node) -> bool:
    """Return whether a normal tree has something to find, not only exclusions.

    NOT is pushed inward as far as something is found there. A tree that still begins with NOT has only exclusions.
    """
    if isinstance(node, And):
        return any(has_positive_term(child) for child in node.children)
    return not isinstance(node, Not)


def _exclusions(at: int, what: str) -> QueryError:
    return QueryError(
        "only_exclusions", f"{what} needs something to find, not only exclusions.", at, "put * before it: * -cats"
    )


class _NegationPusher:
    """Pushes NOT inward. Each group is built at most twice, once negated and once not, so the time is bounded."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, bool], Node] = {}

    def push(self, typed: TypedTree, *, negated: bool, positive: bool) -> Node:
        """Return the normal form of a tree or of its negation. `positive`: an even number of NOT stand before it."""
        if typed.leaf is not None:
            return Not(typed.leaf) if negated else typed.leaf
        if typed.kind == "not":
            return self.push(typed.children[0], negated=not negated, positive=not positive)
        node = self._made.get((id(typed), negated))
        if node is None:
            node = self._made[id(typed), negated] = self._group(typed, negated, positive)
        return node

    def _group(self, typed: TypedTree, negated: bool, positive: bool) -> Node:
        nodes = [self.push(child, negated=negated, positive=positive) for child in typed.children]
        if (typed.kind == "and") is not negated:
            return conjunction(nodes)
        if all(has_positive_term(node) for node in nodes):
            return disjunction(nodes)
        if positive and not negated:
            at = next(
                child.at for child, node in zip(typed.children, nodes, strict=True) if not has_positive_term(node)
            )
            raise _exclusions(at, "Each side of OR")
        # The language has no OR of exclusions. NOT of a group means the same.
        others = [self.push(child, negated=not negated, positive=positive) for child in typed.children]
        group = conjunction(others)
        return Not(group) if isinstance(group, And) else nodes[others.index(group)]


def conjunction(nodes: list[Node]) -> Node:
    """Return the AND of nodes, without `*` where another of them finds something."""
    children = _children_by_spelling(And, nodes)
    if any(has_positive_term(child) and not isinstance(child, Everything) for child in children.values()):
        children = {text: child for text, child in children.items() if not isinstance(child, Everything)}
    return _group(And, children)


def disjunction(nodes: list[Node]) -> Node:
    """Return the OR of nodes."""
    return _group(Or, _children_by_spelling(Or, nodes))


def _children_by_spelling(kind: type[And] | type[Or], nodes: list[Node]) -> dict[str, Node]:
    """Return the nodes by sort text, each once; the children of a group of the same kind replace the group."""
    return {
        _sort_text(child): child for node in nodes for child in (node.children if isinstance(node, kind) else (node,))
    }


def _group(kind: type[And] | type[Or], children: dict[str, Node]) -> Node:
    ordered = tuple(children[text] for text in sorted(children))
    return ordered[0] if len(ordered) == 1 else kind(ordered)


def _sort_text(node: Node) -> str:
    """Return the text by which children are sorted and compared: exclusions last, then by spelling."""
    return ("1" if isinstance(node, Not) else "0") + spell(node)[0]
