"""How a search is understood, and why a stored post is in it or not. For people; nothing is decided here."""

from __future__ import annotations

from typing import Any

import msgspec

from pipeline.match.plan import selected_by
from pipeline.post import Post
from pipeline.query.canonical import spell
from pipeline.query.evaluate import matches
from pipeline.query.tree import And, Node, Not, Or
from web.faults import Refused
from web.process import Web


def explain(web: Web, text: str, post_id: str | None) -> dict[str, Any]:
    """Return the canonical text, the drawn tree, what selects it, and with a post id what matches where."""
    query = web.parse(text)
    told: dict[str, Any] = {
        "canonical": query.canonical,
        "key": query.key,
        "tree": draw(query.root),
        "selected_by": selected_by(query),
    }
    if post_id is None:
        return told
    found = web.readings.read(lambda reading: reading.posts([post_id]))
    if post_id not in found:
        raise Refused("not_found", "No such post is stored.")
    return told | _verdict(query.root, found[post_id])


class _Stored(Post):
    original: Post | None = None


def _verdict(root: Node, body: bytes) -> dict[str, Any]:
    from pipeline.query.describe import describe

    post = msgspec.json.decode(body, type=_Stored)
    document = describe(post, post.original)
    parts = [{"part": spell(leaf)[0], "matched": matches(leaf, document), "spans": []} for leaf in leaves(root)]
    return {"matches": matches(root, document), "parts": parts}


def leaves(node: Node) -> list[Node]:
    """Return the nodes that are no AND, OR or NOT, in order."""
    match node:
        case And(children) | Or(children):
            return [leaf for child in children for leaf in leaves(child)]
        case Not(child):
            return leaves(child)
        case _:
            return [node]


def draw(node: Node, indent: str = "") -> str:
    """Return the tree as indented lines."""
    match node:
        case And(children):
            return "\n".join([indent + "AND", *(draw(child, indent + "  ") for child in children)])
        case Or(children):
            return "\n".join([indent + "OR", *(draw(child, indent + "  ") for child in children)])
        case Not(child):
            return f"{indent}NOT\n{draw(child, indent + '  ')}"
        case _:
            return indent + spell(node)[0]
