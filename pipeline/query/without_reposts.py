"""A search without reposts: the same search, of originals only, for rankings that show each original once."""

from __future__ import annotations

from dataclasses import replace

from pipeline.query.tree import And, Facet, Not, Query

_REPOST = Facet("is:repost")


def without_reposts(query: Query) -> Query:
    """Return the search that a post matches if it matches `query` and is no repost.

    Text, key and terms stay those of `query`.
    """
    children = query.root.children if isinstance(query.root, And) else (query.root,)
    return replace(query, root=And((*children, Not(_REPOST))))
