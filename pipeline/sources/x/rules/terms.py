"""What X's filtered stream can be asked about one post: our language's leaves in X's words, or that it has none.

Where X means nearly but not surely the same, a term is not `exact`: good for asking, not for excluding. X counts no
words as stop words but a known few, knows no beginnings of words, and tells accents apart as we do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from pipeline.query.tree import Created, Everything, Facet, Near, Node, Number, Phrase, Prefix, Word

_STOP_WORDS = frozenset(
    "a an and at but by com from http https if in is it its me my or rt the this to too via we www you".split()  # noqa: SIM905 - reads as prose
)
_LANGS = frozenset(
    "am ar bg bn bo bs ca ckb cs cy da de dv el en es et eu fa fi fr gu he hi hr ht hu hy id is it ja ka km kn ko "  # noqa: SIM905 - reads as prose
    "lo lt lv ml mr my ne nl no or pa pl ps pt ro ru sd si sk sl sr sv ta te th tl tr ug uk ur vi zh".split()
)
_THEIR_LANG = {"he": "iw", "id": "in"}
_ACCOUNT = re.compile(r"[a-z0-9_]{1,15}|[0-9]{1,20}")
_TAG = re.compile(r"[^\W_][\w]*|_\w+")
_SYMBOL = re.compile(r"[a-z]{1,6}([._][a-z]{1,2})?")
_HOST = re.compile(r"[a-z0-9.-]+")
_PLAIN = re.compile(r"[^\W_]+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_IDS = {"conversation": "conversation_id", "reply_to": "in_reply_to_tweet_id", "repost_of": "retweets_of_tweet_id"}
_ACCOUNTS = {"from": "from", "to": "to", "reposts_from": "retweets_of"}
_PROPERTIES = {"is:repost": "is:retweet", "is:reply": "is:reply", "is:quote": "is:quote"}
_CARRIED = ("links", "media", "images", "videos", "mentions", "hashtags", "cashtags")


@dataclass(frozen=True)
class Term:
    """Something X can be asked; `alone`: in a rule of its own; `exact`: X finds by it what we find."""

    text: str
    alone: bool = True
    exact: bool = True


@dataclass(frozen=True)
class All:
    """All of two or more."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class OneOf:
    """Any of two or more."""

    parts: tuple[Part, ...]


class Always:
    """Every post: nothing to ask for."""


class Never:
    """No post of X."""


Part = Term | All | OneOf | Always | Never
ALWAYS, NEVER = Always(), Never()


def all_of(parts: list[Part]) -> Part:
    """Return all of some parts, as simple as may be."""
    if any(isinstance(part, Never) for part in parts):
        return NEVER
    kept = [part for part in parts if not isinstance(part, Always)]
    return ALWAYS if not kept else kept[0] if len(kept) == 1 else All(tuple(kept))


def one_of(parts: list[Part]) -> Part:
    """Return any of the parts. X takes no bare exclusion in a choice: then the choice narrows nothing."""
    if any(isinstance(part, Always) or (isinstance(part, Term) and part.text.startswith("-")) for part in parts):
        return ALWAYS
    kept = [part for part in parts if not isinstance(part, Never)]
    return NEVER if not kept else kept[0] if len(kept) == 1 else OneOf(tuple(kept))


def term_of(node: Node) -> Part:
    """Return what X can be asked for a leaf; `ALWAYS` where it cannot."""
    if isinstance(node, Word):
        return _words((node.token,), node.field)
    if isinstance(node, Phrase):
        return _words(node.tokens, node.field)
    if isinstance(node, Near):
        return all_of([_inexact(_words((token,), "words")) for token in node.tokens])
    if isinstance(node, Facet):
        return _facet(node.name)
    return ALWAYS


def _words(tokens: tuple[str, ...], field_name: str) -> Part:
    text = tokens[0]
    for before, token in pairwise(tokens):
        text += token if _UNSPACED.match(before) and _UNSPACED.match(token) else f" {token}"
    if field_name == "words" and text in _STOP_WORDS:
        return ALWAYS  # X does not look for these
    if '"' in text or "\\" in text or not text.isprintable():
        return ALWAYS
    quoted = text if _PLAIN.fullmatch(text) and text not in _STOP_WORDS else f'"{text}"'
    if field_name == "words":
        return Term(quoted, exact=text.isascii())
    return Term(f"{ {'urls': 'url', 'bio': 'bio', 'name': 'bio_name'}[field_name] }:{quoted}", exact=False)


def _inexact(part: Part) -> Part:
    return Term(part.text, part.alone, exact=False) if isinstance(part, Term) else part


def _facet(name: str) -> Part:
    if name[0] in "#@$":
        return _sign(name)
    if name in _PROPERTIES:
        return Term(_PROPERTIES[name], alone=False)
    kind, _, value = name.partition(":")
    read = _KINDS.get(kind)
    return read(kind, value) if read is not None else ALWAYS


def _source(_kind: str, value: str) -> Part:
    return ALWAYS if value == "x" else NEVER


def _account(kind: str, value: str) -> Part:
    return Term(f"{_ACCOUNTS[kind]}:{value}") if _ACCOUNT.fullmatch(value) else NEVER


def _lang(_kind: str, value: str) -> Part:
    return Term(f"lang:{_THEIR_LANG.get(value, value)}", alone=False) if value in _LANGS else ALWAYS


def _host(_kind: str, value: str) -> Part:
    return Term(f'url:"{value}"', exact=False) if _HOST.fullmatch(value) else ALWAYS


def _carried(_kind: str, value: str) -> Part:
    return Term(f"has:{value}", alone=False, exact=False) if value in _CARRIED else ALWAYS


def _post(kind: str, value: str) -> Part:
    network, _, number = value.partition(":")
    if network != "x" or not number.isdecimal():
        return NEVER
    return Term(f"{_IDS[kind]}:{number}") if kind in _IDS else ALWAYS


_KINDS: dict[str, Callable[[str, str], Part]] = {
    "source": _source,
    "from": _account,
    "to": _account,
    "reposts_from": _account,
    "lang": _lang,
    "host": _host,
    "has": _carried,
    "conversation": _post,
    "reply_to": _post,
    "repost_of": _post,
    "quote_of": _post,
}


def _sign(name: str) -> Part:
    sign, value = name[0], name[1:]
    if sign == "#":
        return Term(name, exact=value.isascii()) if _TAG.fullmatch(value) else ALWAYS
    known = _ACCOUNT if sign == "@" else _SYMBOL
    # The mention before a repost ("RT @…") is one for X and none for us.
    return Term(name, exact=sign == "$") if known.fullmatch(value) else NEVER


def is_exact(node: Node) -> bool:
    """Tell whether a leaf truly means every post of X."""
    return isinstance(node, Everything) or node == Facet("source:x")


def what(node: Node) -> str:
    """Name what X is not asked for, in a word or two."""
    if isinstance(node, Prefix):
        return f"{node.token}*"
    if isinstance(node, Number):
        return f"{node.field}:"
    if isinstance(node, Created):
        return "since:/until:"
    if isinstance(node, Facet):
        return node.name
    if isinstance(node, Word | Phrase):
        return " ".join(node.tokens if isinstance(node, Phrase) else (node.token,))
    return {"Sample": "sample:", "Near": "words near each other"}.get(type(node).__name__, "a group")
