"""Explanation of a search: its canonical text, key and tree, and which parts of it a post matches and where.

`/api/explain` and `murmur explain` show it. Places are spans of the text in code points. It uses the reference
evaluator and no index. The terms that select a standing search come from the matcher, as `selected_by`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.post import Post
from pipeline.query.analyser import analyse_spans, fold_tag
from pipeline.query.canonical_text import spell
from pipeline.query.document import Document, describe
from pipeline.query.evaluate import matches, occurrences
from pipeline.query.link_tokens import fold_host, link_tokens, parent_domains
from pipeline.query.tree import (
    And,
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
from pipeline.query.tree_drawing import draw

_SIGNS = {"hashtag": "#", "mention": "@", "cashtag": "$"}


def explain(
    query: Query,
    post: Post | None = None,
    original: Post | None = None,
    selected_by: Iterable[str] = (),
) -> dict[str, Any]:
    """Return `canonical`, `key`, `tree` (drawn) and `selected_by` (as given); with a post also `matches` and `parts`.

    A part is one leaf of the tree: its spelling, whether the post has it (a NOT before it is ignored), and its spans in
    the text that people see (of the original, for a repost), in code points, end exclusive. A part found elsewhere (an
    author, a number, a hidden link) has no spans.
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
    """Return the spans of a leaf in the text of `content`: [start, end) in code points, in order, each once."""
    match leaf:
        case Word(_, "words") | Phrase(_, "words") | Near() | Prefix():
            return _word_spans(leaf, content.text, document)
        case Word() | Phrase():
            alone = [(entity, link_tokens(entity.value)) for entity in content.entities if entity.type == "link"]
            wanted = (leaf.token,) if isinstance(leaf, Word) else leaf.tokens
            return [[entity.start, entity.end] for entity, tokens in alone if _link_has(tokens, wanted, leaf.field)]
        case Facet(name):
            return [
                [entity.start, entity.end]
                for entity in content.entities
                if name in (_SIGNS.get(entity.type, "=") + fold_tag(entity.value), *_hosts(entity.type, entity.value))
            ]
        case _:
            return []


def _link_has(tokens: list[str], wanted: tuple[str, ...], field: TextField) -> bool:
    starts = range(len(tokens) - len(wanted) + 1)
    return field == "urls" and any(tuple(tokens[at : at + len(wanted)]) == wanted for at in starts)


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
