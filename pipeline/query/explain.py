"""Why a post is in a search, or is not: the canonical text, the tree drawn, and where in the post each part is found.

`/api/explain` and `murmur explain` show it. It asks the brute force, so it explains the truth, not an index; which
terms select a standing search is the matcher's to say and comes in as `selected_by`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.post import Post
from pipeline.query.analyser import analyse_spans, fold_tag
from pipeline.query.document import Document, describe
from pipeline.query.evaluate import matches, occurrences
from pipeline.query.link_tokens import fold_host, link_tokens, parent_domains
from pipeline.query.normal_form import spell
from pipeline.query.tree import (
    And,
    Everything,
    Facet,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    TextField,
    Word,
)

_SIGNS = {"hashtag": "#", "mention": "@", "cashtag": "$"}


def explain(
    query: Query,
    post: Post | None = None,
    original: Post | None = None,
    selected_by: Iterable[str] = (),
) -> dict[str, Any]:
    """Return canonical, key, tree (drawn) and selected_by (as given); with a post also matches and parts.

    A part is one leaf of the tree as it is spelled, whether the post has it (whatever NOT stands before it), and the
    spans of it in the text a reader sees (of the original, for a repost): code points, end exclusive. A part that is
    found elsewhere (an author, a number, a hidden link) has no spans.
    """
    found: dict[str, Any] = {
        "canonical": query.canonical,
        "key": query.key,
        "tree": draw(query.root),
        "selected_by": list(selected_by),
    }
    if post is not None:
        document = describe(post, original)
        content = original if post.repost_of and original is not None else post
        found["matches"] = matches(query.root, document)
        found["parts"] = [
            {"part": spell(leaf)[0], "matched": matches(leaf, document), "spans": spans(leaf, content, document)}
            for leaf in dict.fromkeys(leaves(query.root))
        ]
    return found


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the leaves of a tree from left to right."""
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child)
        case Not(child):
            yield from leaves(child)
        case _:
            yield node


def spans(leaf: Leaf, content: Post, document: Document) -> list[list[int]]:
    """Return where in the text of `content` a leaf is found: [start, end) in code points, in order, each once."""
    match leaf:
        case Word(_, "words") | Phrase(_, "words") | Near() | Prefix():
            return _word_spans(leaf, content.text, document)
        case Word() | Phrase():
            alone = [(entity, link_tokens(entity.value)) for entity in content.entities if entity.type == "link"]
            wanted = (leaf.token,) if isinstance(leaf, Word) else leaf.tokens
            return [[entity.start, entity.end] for entity, tokens in alone if _holds(tokens, wanted, leaf.field)]
        case Facet(name):
            return [
                [entity.start, entity.end]
                for entity in content.entities
                if name in (_SIGNS.get(entity.type, "=") + fold_tag(entity.value), *_hosts(entity.type, entity.value))
            ]
        case _:
            return []


def _holds(tokens: list[str], wanted: tuple[str, ...], field: TextField) -> bool:
    places = range(len(tokens) - len(wanted) + 1)
    return field == "urls" and any(tuple(tokens[at : at + len(wanted)]) == wanted for at in places)


def _hosts(kind: str, url: str) -> list[str]:
    if kind != "link":
        return []
    host = url.split("://", 1)[-1].split("/", 1)[0].rpartition("@")[2].split(":", 1)[0]
    return ["host:" + parent for parent in parent_domains(fold_host(host))]


def _word_spans(leaf: Word | Phrase | Near | Prefix, text: str, document: Document) -> list[list[int]]:
    placed = analyse_spans(text)
    found: set[tuple[int, int]] = set()
    for positions in occurrences(leaf, document):
        if positions[-1] >= len(placed):
            continue  # in the part of a link that the text does not show
        if isinstance(leaf, Near):
            found.update((placed[at][1], placed[at][2]) for at in positions)
        else:
            found.add((placed[positions[0]][1], placed[positions[-1]][2]))
    return [list(span) for span in sorted(found)]


def draw(node: Node) -> str:
    """Return a tree as lines of text, one a node."""
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
