"""Canonical text of a search: spells its tree as text that parses to the same tree, and measures how deep groups nest.

The tree is in normal form (`normal_form.py`), so equal searches get equal texts, by which they are keyed. The text has
as few parentheses as possible, phrases in quotes and times in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.query.analyser import analyse
from pipeline.query.tree import And, Created, Facet, Near, Node, Not, Number, Or, Phrase, Prefix, Sample, Word

_OPERATOR_OF = {"urls": "url", "bio": "bio", "name": "name"}
"""Text field → the operator that searches it."""


def spell(node: Node) -> tuple[str, int]:
    """Return the canonical text of a normal tree, and how deep its parentheses nest."""
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


def _quoted(tokens: tuple[str, ...]) -> str:
    """Return the tokens in quotes, without blanks where they are the characters of a word in an unspaced script."""
    joined = "".join(tokens)
    if not joined.isascii() and tuple(analyse(joined)) == tokens:
        return f'"{joined}"'
    return f'"{" ".join(tokens)}"'


def spell_time(at_ms: int) -> str:
    """Return a time (ms UTC) as a search spells it: midnight as a day, seconds only where they are not zero."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    if not at_ms % 86_400_000:
        return at.strftime("%Y-%m-%d").rjust(10, "0")
    seconds = f"{at:%S}" if at_ms % 60_000 else ""
    millis = f".{at_ms % 1000:03}" if at_ms % 1000 else ""
    return f"{at:%Y-%m-%dT%H:%M}" + (f":{seconds}{millis}" if seconds else "") + "Z"
