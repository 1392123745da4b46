"""Forms of a search's tree: negation normal form, and a wider tree without conditions on counts (followers, likes, …).

The normal form is equivalent: Not stands on leaves only, And and Or are flat. The wider tree matches each post that the
search matches for some values of the post's counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from pipeline.query.tree import And, Everything, Node, Not, Or, has_numbers

NO_POST = Or(())
"""Tree that no post matches."""


def negation_normal_form(node: Node) -> Node:
    """Return an equivalent tree in which Not stands on leaves only, and And and Or are flat."""
    return _push(node, negated=False)


def without_numbers(node: Node) -> Node:
    """Return a tree that matches each post that `node` matches for some values of the post's counts."""
    return _relax(negation_normal_form(node))


def _push(node: Node, *, negated: bool) -> Node:
    if isinstance(node, Not):
        return _push(node.child, negated=not negated)
    if isinstance(node, (And, Or)):
        children = [_push(child, negated=negated) for child in node.children]
        return _all(children) if isinstance(node, And) is not negated else _any(children)
    if negated and isinstance(node, Everything):
        return NO_POST
    return Not(node) if negated else node


def _all(children: Iterable[Node]) -> Node:
    flat = dict.fromkeys(chain.from_iterable(c.children if isinstance(c, And) else (c,) for c in children))
    if NO_POST in flat:
        return NO_POST
    flat.pop(Everything(), None)
    if not flat:
        return Everything()
    return And(tuple(flat)) if len(flat) > 1 else next(iter(flat))


def _any(children: Iterable[Node]) -> Node:
    flat = dict.fromkeys(chain.from_iterable(c.children if isinstance(c, Or) else (c,) for c in children))
    if Everything() in flat:
        return Everything()
    return Or(tuple(flat)) if len(flat) != 1 else next(iter(flat))


def _relax(node: Node) -> Node:
    if isinstance(node, And):
        return _all(map(_relax, node.children))
    if isinstance(node, Or):
        return _any(map(_relax, node.children))
    return Everything() if has_numbers(node) else node
