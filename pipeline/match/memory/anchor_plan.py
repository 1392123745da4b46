"""How a search is found: its tree split into alternatives, each with the term by which it is looked up.

Negation is pushed to the leaves, a disjunction falls into its alternatives, and of a conjunction the term that occurs
in the fewest posts becomes the anchor: a post without that term cannot match. An alternative says all it needs beside
the anchor, as other terms, excluded terms, and whatever is no term at all. Pure functions over the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from pipeline.match.memory.term_frequency import Frequency
from pipeline.match.memory.term_vocabulary import TermNode
from pipeline.query.tree import And, Everything, Facet, Near, Node, Not, Number, Or, Phrase, Prefix, Query, Word

Share = Callable[[TermNode], float]
"""Tells in which share of posts, 0 to 1, a term occurs."""

NOTHING = Or(())
"""No post."""


@dataclass(frozen=True, slots=True)
class AlternativePlan:
    """One alternative of a search: posts with the `anchor`, all `others`, none `excluded`, that pass all of `checks`.

    Without an `anchor` every post is a candidate.
    """

    anchor: TermNode | None
    others: tuple[TermNode, ...]
    excluded: tuple[TermNode, ...]
    checks: tuple[Node, ...]


def plan_alternatives(root: Node, share: Share) -> list[AlternativePlan]:
    """Return the alternatives of a tree; a post matches it if and only if it matches one of them."""
    return [_plan(literals, share) for literals in _alternatives(positive(root), share)]


def candidate_share(plan: AlternativePlan, share: Share) -> float:
    """Return the share of posts that are candidates of a plan."""
    return 1.0 if plan.anchor is None else share(plan.anchor)


def selected_by(query: Query, share: Share | None = None) -> list[str]:
    """Return the terms by which a search is looked up, as a person would type them; `*` where every post is checked.

    Without a `share` it is what a matcher would choose before it has seen a post.
    """
    anchors = (plan.anchor for plan in plan_alternatives(query.root, share or Frequency().share))
    return sorted({"*" if anchor is None else _shown(anchor) for anchor in anchors})


def positive(node: Node) -> Node:
    """Return an equal tree in which Not stands on leaves only, and And and Or are flat."""
    return _push(node, negated=False)


def has_numbers(node: Node) -> bool:
    """Tell whether counts decide a search."""
    if isinstance(node, Number):
        return True
    if isinstance(node, Not):
        return has_numbers(node.child)
    return isinstance(node, (And, Or)) and any(map(has_numbers, node.children))


def without_numbers(node: Node) -> Node:
    """Return a tree that every post matches which could match `node`, were its counts others."""
    return _relax(positive(node))


def _push(node: Node, *, negated: bool) -> Node:
    if isinstance(node, Not):
        return _push(node.child, negated=not negated)
    if isinstance(node, (And, Or)):
        children = [_push(child, negated=negated) for child in node.children]
        return _all(children) if isinstance(node, And) is not negated else _any(children)
    if negated and isinstance(node, Everything):
        return NOTHING
    return Not(node) if negated else node


def _all(children: Iterable[Node]) -> Node:
    flat = dict.fromkeys(chain.from_iterable(c.children if isinstance(c, And) else (c,) for c in children))
    if NOTHING in flat:
        return NOTHING
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


def _alternatives(node: Node, share: Share) -> list[list[Node]]:
    """Return conjunctions of literals and undivided disjunctions, of which one must hold."""
    if isinstance(node, Or):
        return list(chain.from_iterable(_alternatives(child, share) for child in node.children))
    if not isinstance(node, And):
        return [[node]]
    best_cost = _cheapest(node.children, share)
    best: tuple[Node, list[list[Node]]] | None = None
    for child in node.children:
        if isinstance(child, Or):
            parts = _alternatives(child, share)
            parts_cost = sum(_cheapest(part, share) for part in parts)
            if parts_cost < best_cost:
                best_cost, best = parts_cost, (child, parts)
    if best is None:
        return [list(node.children)]
    others = [child for child in node.children if child is not best[0]]
    return [part + others for part in best[1]]


def _cheapest(literals: Iterable[Node], share: Share) -> float:
    return min((share(term) for literal in literals for term in required_terms(literal)), default=1.0)


def required_terms(literal: Node) -> tuple[TermNode, ...]:
    """Return the terms without which a post cannot match a literal."""
    if isinstance(literal, (Word, Facet, Prefix)):
        return (literal,)
    if isinstance(literal, Phrase):
        return tuple(Word(token, literal.field) for token in dict.fromkeys(literal.tokens))
    if isinstance(literal, Near):
        return tuple(Word(token) for token in dict.fromkeys(literal.tokens))
    return ()


def _plan(literals: list[Node], share: Share) -> AlternativePlan:
    required: dict[TermNode, None] = {}
    excluded: dict[TermNode, None] = {}
    checks: dict[Node, None] = {}
    for literal in literals:
        required.update(dict.fromkeys(required_terms(literal)))
        if isinstance(literal, Not) and isinstance(literal.child, (Word, Facet, Prefix)):
            excluded[literal.child] = None
        elif not isinstance(literal, (Word, Facet, Prefix, Everything)):
            checks[literal] = None
    by_share = sorted(required, key=share)
    anchor = by_share[0] if by_share else None
    return AlternativePlan(anchor, tuple(by_share[1:]), tuple(excluded), tuple(sorted(checks, key=_effort)))


def _effort(node: Node) -> int:
    """Return the rank of a check: columns first, then trees, then what reads the words of a post."""
    if isinstance(node, Not):
        return _effort(node.child)
    return 2 if isinstance(node, (Phrase, Near)) else 1 if isinstance(node, (And, Or)) else 0


def _shown(node: TermNode) -> str:
    if isinstance(node, Prefix):
        return node.token + "*"
    if isinstance(node, Facet):
        return node.name
    return node.token if node.field == "words" else f"{node.field}:{node.token}".replace("urls:", "url:")
