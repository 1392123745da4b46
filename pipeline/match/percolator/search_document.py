"""Document of a search in the percolator's index, and the sentinel document, which every post matches.

The document has the search as a query in filter context, whether it has conditions on counts and, if so, the wider
query without them. An answer without the sentinel shows that the index was created anew.
"""

from __future__ import annotations

from typing import Any, Final

from pipeline.match.tree_forms import without_numbers
from pipeline.query.tree import Node, has_numbers
from pipeline.store.elastic.read.compile_query import MATCH_ALL, Dsl, compile_tree

SENTINEL: Final = "!"
"""Key of a document that every post matches. An answer without it comes from an index that was created anew. The key
sorts before the key of every search (hexadecimal digits)."""


def search_document(key: str, root: Node) -> dict[str, Any]:
    """Return the document of a search."""
    filter_ = _in_filter_context(compile_tree(root).filter)
    body: dict[str, Any] = {"key": key, "counted": has_numbers(root), "query": filter_}
    if body["counted"]:
        body["relaxed"] = _in_filter_context(compile_tree(without_numbers(root)).filter)
    return body


def sentinel_document() -> dict[str, Any]:
    """Return the document that every post matches."""
    return {"key": SENTINEL, "counted": True, "query": MATCH_ALL, "relaxed": MATCH_ALL}


def _in_filter_context(filter_: Dsl) -> Dsl:
    return {"bool": {"filter": [filter_]}}
