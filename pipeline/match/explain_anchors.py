"""Anchor terms of a search: the terms by which the in-memory matcher looks it up, in the form that a person types.

`*` stands for an alternative that has no such term and is checked against every post. `murmur explain` and
`/api/explain` show the terms that a matcher chooses before it has seen a post.
"""

from __future__ import annotations

from pipeline.match.memory.anchor_plan import Share, plan_alternatives
from pipeline.match.memory.term_frequency import TermFrequency
from pipeline.match.memory.term_postings import TermNode
from pipeline.query.tree import Facet, Prefix, Query


def selected_by(query: Query, share: Share | None = None) -> list[str]:
    """Return the terms that a search is looked up by, as a person would type them; `*` if every post is checked.

    Without a `share` the terms are those that a matcher would choose before it has seen a post.
    """
    plans = plan_alternatives(query.root, share or TermFrequency().share)
    return sorted({"*" if plan.anchor is None else _typed(plan.anchor) for plan in plans})


def _typed(node: TermNode) -> str:
    if isinstance(node, Prefix):
        return node.token + "*"
    if isinstance(node, Facet):
        return node.name
    return node.token if node.field == "words" else f"{node.field}:{node.token}".replace("urls:", "url:")
