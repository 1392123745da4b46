"""Anchor plan: splits a search into alternatives, and chooses for each its anchor, the rarest term that it requires.

A search is looked up by its anchors: a post without the anchor cannot match the alternative. Negation is pushed to the
leaves; a disjunction at the top is split, one inside a conjunction only if that promises fewer candidates. An
alternative also names all that is left to decide: further terms, excluded terms, and checks of other conditions,
cheapest first. The caller passes a function that estimates in what share of posts a term occurs. Pure functions over
the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain

from pipeline.match.memory.term_postings import TermNode
from pipeline.match.tree_forms import negation_normal_form
from pipeline.query.tree import And, Everything, Facet, Near, Node, Not, Or, Phrase, Prefix, Word

Share = Callable[[TermNode], float]
"""Returns the share of posts, 0 to 1, in which a term occurs."""


@dataclass(frozen=True, slots=True)
class AlternativePlan:
    """One alternative of a search: posts with the `anchor`, all `others` and none `excluded` that pass all `checks`.

    Without an `anchor` every post is a candidate.
    """

    anchor: TermNode | None
    others: tuple[TermNode, ...]
    excluded: tuple[TermNode, ...]
    checks: tuple[Node, ...]


def plan_alternatives(root: Node, share: Share) -> list[AlternativePlan]:
    """Return the alternatives of a tree; a post matches it if and only if it matches one of them."""
    return [_plan(literals, share) for literals in _alternatives(negation_normal_form(root), share)]


def candidate_share(plan: AlternativePlan, share: Share) -> float:
    """Return the share of posts, 0 to 1, that are candidates of a plan."""
    return 1.0 if plan.anchor is None else share(plan.anchor)


def _alternatives(node: Node, share: Share) -> list[list[Node]]:
    """Return conjunctions of literals and unsplit disjunctions, one of which must hold."""
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
    """Return the rank of a check by its cost: columns first, then trees, then checks that read a post's words."""
    if isinstance(node, Not):
        return _effort(node.child)
    return 2 if isinstance(node, (Phrase, Near)) else 1 if isinstance(node, (And, Or)) else 0
