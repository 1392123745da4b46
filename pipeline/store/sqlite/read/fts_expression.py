"""FTS5 expressions: tells whether the full-text index alone can answer a tree, and writes its FTS5 expression.

Words, phrases, prefixes, proximity and facets are in the index. User text appears in expressions as quoted tokens only.
"""

from __future__ import annotations

from pipeline.query.tree import And, Everything, Facet, Near, Node, Not, Or, Phrase, Prefix, Word
from pipeline.store.sqlite.document_columns import EVERY_ROW, facet_token

_MATCH_ALL = f'facets : "{EVERY_ROW}"'


def is_indexed(node: Node) -> bool:
    """Return whether the index alone can answer a tree."""
    if isinstance(node, Not):
        return is_indexed(node.child)
    if isinstance(node, And | Or):
        return all(is_indexed(child) for child in node.children)
    return isinstance(node, Everything | Word | Phrase | Near | Prefix | Facet)


def fts_expression(node: Node) -> str:
    """Return the FTS5 expression of a tree that the index alone can answer.

    Raises:
        TypeError: the index cannot answer it.
    """
    if isinstance(node, Or):
        return "(" + " OR ".join(fts_expression(child) for child in node.children) + ")"
    if isinstance(node, And):
        wanted = [fts_expression(child) for child in node.children if not isinstance(child, Not | Everything)]
        unwanted = [fts_expression(child.child) for child in node.children if isinstance(child, Not)]
        matching = "(" + " AND ".join(wanted) + ")" if wanted else _MATCH_ALL
        return f"({matching} NOT ({' OR '.join(unwanted)}))" if unwanted else matching
    if isinstance(node, Not):
        return f"({_MATCH_ALL} NOT {fts_expression(node.child)})"
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


def _quoted(text: str) -> str:
    # FTS5 ends an expression at a NUL, which no token contains.
    return '"' + text.replace('"', '""').replace("\0", "\ufffd") + '"'
