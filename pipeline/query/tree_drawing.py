"""Tree drawing: shows a search tree as lines of text with branches, for `/api/explain` and `murmur explain`."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.query.canonical_text import spell
from pipeline.query.tree import And, Everything, Leaf, Node, Not, Or, Phrase, Word


def draw(node: Node) -> str:
    """Return a tree as lines of text, one for each node."""
    return "\n".join(_lines(node))


def _lines(node: Node) -> Iterator[str]:
    match node:
        case And(children) | Or(children):
            yield "AND" if isinstance(node, And) else "OR"
            for number, child in enumerate(children, 1):
                last = number == len(children)
                for line_number, line in enumerate(_lines(child)):
                    branch = ("└─ " if last else "├─ ") if line_number == 0 else ("   " if last else "│  ")
                    yield branch + line
        case Not(child):
            yield "NOT"
            for line_number, line in enumerate(_lines(child)):
                yield ("└─ " if line_number == 0 else "   ") + line
        case _:
            yield f"{_kind(node)} {spell(node)[0]}"


def _kind(leaf: Leaf) -> str:
    match leaf:
        case Everything():
            return "every post"
        case Word(_, field) | Phrase(_, field) if field != "words":
            return f"in {'a link' if field == 'urls' else field}:"
        case _:
            return type(leaf).__name__.lower()
