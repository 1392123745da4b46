"""The normal form of a tree and its one spelling, by which standing searches are keyed.

Groups of the same kind are one, doubles go, children are sorted, NOT is pushed inward where that gives something a
person may write. Nothing is multiplied out: the result is never larger than what was typed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from pipeline.errors import QueryError
from pipeline.query.analyser import analyse
from pipeline.query.tree import (
    And,
    Created,
    Everything,
    Facet,
    Near,
    Node,
    Not,
    Number,
    Or,
    Phrase,
    Prefix,
    Sample,
    Word,
)


@dataclass(slots=True)
class TypedTree:
    """A tree as typed, with positions, before it is brought to its normal form."""

    kind: Literal["leaf", "not", "and", "or"]
    at: int
    children: list[TypedTree] = field(default_factory=list)
    leaf: Node | None = None


def to_normal_form(typed: TypedTree) -> Node:
    """Return the normal form.

    Raises:
        QueryError: the search, or one side of an OR, says only what it is not.
    """
    node = _Pushing().push(typed, negated=False, positive=True)
    if not has_positive_term(node):
        raise _exclusions(typed.at, "A search")
    return node


def has_positive_term(node: Node) -> bool:
    """Return whether a normal tree has something to look for, not only exclusions.

    NOT is pushed inward as far as something is found there, so what still begins with NOT finds nothing.
    """
    return (
        any(has_positive_term(child) for child in node.children) if isinstance(node, And) else not isinstance(node, Not)
    )


def _exclusions(at: int, what: str) -> QueryError:
    return QueryError(
        "only_exclusions", f"{what} needs something to find, not only exclusions.", at, "put * before it: * -cats"
    )


class _Pushing:
    """Pushes NOT inward. Both forms of a group, as it is and negated, are made at most once: no tree takes long."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, bool], Node] = {}

    def push(self, typed: TypedTree, *, negated: bool, positive: bool) -> Node:
        """Return the normal form of a tree or of its negation; `positive`: an even number of NOT stand before it."""
        if typed.leaf is not None:
            return Not(typed.leaf) if negated else typed.leaf
        if typed.kind == "not":
            return self.push(typed.children[0], negated=not negated, positive=not positive)
        node = self._made.get((id(typed), negated))
        if node is None:
            node = self._made[id(typed), negated] = self._group(typed, negated, positive)
        return node

    def _group(self, typed: TypedTree, negated: bool, positive: bool) -> Node:
        nodes = [self.push(child, negated=negated, positive=positive) for child in typed.children]
        if (typed.kind == "and") is not negated:
            return conjunction(nodes)
        if all(has_positive_term(node) for node in nodes):
            return disjunction(nodes)
        if positive and not negated:
            at = next(
                child.at for child, node in zip(typed.children, nodes, strict=True) if not has_positive_term(node)
            )
            raise _exclusions(at, "Each side of OR")
        # An OR of exclusions is what nobody may write; NOT of a group says the same.
        others = [self.push(child, negated=not negated, positive=positive) for child in typed.children]
        group = conjunction(others)
        return Not(group) if isinstance(group, And) else nodes[others.index(group)]


def conjunction(nodes: list[Node]) -> Node:
    """Return the AND of nodes; `*` goes where another of them finds something."""
    children = _flat(And, nodes)
    if any(has_positive_term(child) and not isinstance(child, Everything) for child in children.values()):
        children = {text: child for text, child in children.items() if not isinstance(child, Everything)}
    return _group(And, children)


def disjunction(nodes: list[Node]) -> Node:
    """Return the OR of nodes."""
    return _group(Or, _flat(Or, nodes))


def _flat(kind: type[And] | type[Or], nodes: list[Node]) -> dict[str, Node]:
    """Return the nodes by spelling, groups of the same kind opened, each once."""
    return {_order(child): child for node in nodes for child in (node.children if isinstance(node, kind) else (node,))}


def _group(kind: type[And] | type[Or], children: dict[str, Node]) -> Node:
    ordered = tuple(children[text] for text in sorted(children))
    return ordered[0] if len(ordered) == 1 else kind(ordered)


def _order(node: Node) -> str:
    """Return what children are sorted and compared by: what is wanted before what is not, then by spelling."""
    return ("1" if isinstance(node, Not) else "0") + spell(node)[0]


def spell(node: Node) -> tuple[str, int]:
    """Return the text of a normal tree, with as few parentheses as can be, and how deep they nest."""
    if isinstance(node, And):
        parts = [_grouped(child) if isinstance(child, Or) else spell(child) for child in node.children]
        return " ".join(text for text, _ in parts), max(depth for _, depth in parts)
    if isinstance(node, Or):
        parts = [spell(child) for child in node.children]
        return " OR ".join(text for text, _ in parts), max(depth for _, depth in parts)
    if isinstance(node, Not):
        text, depth = _grouped(node.child) if isinstance(node.child, And | Or) else spell(node.child)
        return "-" + text, depth
    return _leaf(node), 0


def _grouped(node: Node) -> tuple[str, int]:
    text, depth = spell(node)
    return f"({text})", depth + 1


def _leaf(node: Node) -> str:  # noqa: C901, PLR0911 - one line a kind
    match node:
        case Word(token, "words"):
            return token
        case Word(token, name):
            return f"{_OPERATOR_OF[name]}:{token}"
        case Phrase(tokens, "words"):
            return _quoted(tokens)
        case Phrase(tokens, name):
            return f"{_OPERATOR_OF[name]}:{_quoted(tokens)}"
        case Near(tokens, slop):
            return f"{_quoted(tokens)}~{slop}"
        case Prefix(token):
            return f"{token}*"
        case Facet(name):
            return "url:" + name[5:] if name.startswith("host:") else name
        case Number(name, low, high):
            return f"{name}:{'' if low is None else low}..{'' if high is None else high}"
        case Created(since, until):
            return " ".join(
                f"{word}:{spell_time(at)}" for word, at in (("since", since), ("until", until)) if at is not None
            )
        case Sample(percent):
            return f"sample:{percent}"
        case _:
            return "*"


_OPERATOR_OF = {"urls": "url", "bio": "bio", "name": "name"}


def _quoted(tokens: tuple[str, ...]) -> str:
    """Return the tokens in quotes, without blanks where they are the characters of one unspaced word."""
    joined = "".join(tokens)
    if not joined.isascii() and tuple(analyse(joined)) == tokens:
        return f'"{joined}"'
    return f'"{" ".join(tokens)}"'


def spell_time(at_ms: int) -> str:
    """Return a time as it is spelled in a search: a day alone at midnight, seconds only where there are some."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    if not at_ms % 86_400_000:
        return at.strftime("%Y-%m-%d").rjust(10, "0")
    seconds = f"{at:%S}" if at_ms % 60_000 else ""
    millis = f".{at_ms % 1000:03}" if at_ms % 1000 else ""
    return f"{at:%Y-%m-%dT%H:%M}" + (f":{seconds}{millis}" if seconds else "") + "Z"


def highlighted_terms(root: Node) -> tuple[str, ...]:
    """Return what a reader would want marked: wanted words, phrases with blanks, `pre*`, and signed tags, sorted."""
    found: set[str] = set()
    _collect(root, found)
    return tuple(sorted(found))


def _collect(node: Node, found: set[str]) -> None:
    match node:
        case And(children) | Or(children):
            for child in children:
                _collect(child, found)
        case Word(token, "words"):
            found.add(token)
        case Phrase(tokens, "words"):
            found.add(" ".join(tokens))
        case Near(tokens, _):
            found.update(tokens)
        case Prefix(token):
            found.add(f"{token}*")
        case Facet(name) if name[0] in "#@$":
            found.add(name)
