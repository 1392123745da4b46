"""Terms of X's rule language: translates a leaf of our query tree into X's operator, or finds that X has none.

`all_of` and `one_of` combine terms and simplify. Where X's operator means nearly but not surely the same, the term is
not `exact`: it may require posts, not exclude them. X has a few stop words, no prefix operator, and distinguishes
accents as we do.
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
class RuleTerm:
    """One operator of a rule. `alone`: it may be the whole rule; `exact`: it matches the same posts as our leaf."""

    text: str
    alone: bool = True
    exact: bool = True


@dataclass(frozen=True)
class AllOf:
    """All of two or more parts."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class AnyOf:
    """Any of two or more parts."""

    parts: tuple[Part, ...]


class Always:
    """Every post: X needs no operator for it, or has none."""


class Never:
    """No post of X."""


Part = RuleTerm | AllOf | AnyOf | Always | Never
ALWAYS, NEVER = Always(), Never()


def all_of(parts: list[Part]) -> Part:
    """Return the conjunction of parts, simplified."""
    if any(isinstance(part, Never) for part in parts):
        return NEVER
    kept = [part for part in parts if not isinstance(part, Always)]
    return ALWAYS if not kept else kept[0] if len(kept) == 1 else AllOf(tuple(kept))


def one_of(parts: list[Part]) -> Part:
    """Return the disjunction of parts, simplified. X accepts no bare negation in an OR: then it restricts nothing."""
    if any(isinstance(part, Always) or (isinstance(part, RuleTerm) and part.text.startswith("-")) for part in parts):
        return ALWAYS
    kept = [part for part in parts if not isinstance(part, Never)]
    return NEVER if not kept else kept[0] if len(kept) == 1 else AnyOf(tuple(kept))


def term_of(node: Node) -> Part:
    """Return X's operator for a leaf, `ALWAYS` where X has none."""
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
        return ALWAYS  # X ignores stop words
    if '"' in text or "\\" in text or not text.isprintable():
        return ALWAYS
    quoted = text if _PLAIN.fullmatch(text) and text not in _STOP_WORDS else f'"{text}"'
    if field_name == "words":
        return RuleTerm(quoted, exact=text.isascii())
    return RuleTerm(f"{ {'urls': 'url', 'bio': 'bio', 'name': 'bio_name'}[field_name] }:{quoted}", exact=False)


def _inexact(part: Part) -> Part:
    return RuleTerm(part.text, part.alone, exact=False) if isinstance(part, RuleTerm) else part


def _facet(name: str) -> Part:
    if name[0] in "#@$":
        return _sign(name)
    if name in _PROPERTIES:
        return RuleTerm(_PROPERTIES[name], alone=False)
    kind, _, value = name.partition(":")
    read = _KINDS.get(kind)
    return read(kind, value) if read is not None else ALWAYS


def _source(_kind: str, value: str) -> Part:
    return ALWAYS if value == "x" else NEVER


def _account(kind: str, value: str) -> Part:
    return RuleTerm(f"{_ACCOUNTS[kind]}:{value}") if _ACCOUNT.fullmatch(value) else NEVER


def _lang(_kind: str, value: str) -> Part:
    language = value.partition("-")[0]  # X states no region: the rule asks for all of the language
    if language not in _LANGS:
        return ALWAYS
    return RuleTerm(f"lang:{_THEIR_LANG.get(language, language)}", alone=False, exact=language == value)


def _host(_kind: str, value: str) -> Part:
    return RuleTerm(f'url:"{value}"', exact=False) if _HOST.fullmatch(value) else ALWAYS


def _carried(_kind: str, value: str) -> Part:
    return RuleTerm(f"has:{value}", alone=False, exact=False) if value in _CARRIED else ALWAYS


def _post(kind: str, value: str) -> Part:
    network, _, number = value.partition(":")
    if network != "x" or not number.isdecimal():
        return NEVER
    return RuleTerm(f"{_IDS[kind]}:{number}") if kind in _IDS else ALWAYS


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
        return RuleTerm(name, exact=value.isascii()) if _TAG.fullmatch(value) else ALWAYS
    known = _ACCOUNT if sign == "@" else _SYMBOL
    # X counts the mention before a repost ("RT @…"), we do not.
    return RuleTerm(name, exact=sign == "$") if known.fullmatch(value) else NEVER


def matches_all_of_x(node: Node) -> bool:
    """Tell whether a leaf matches every post of X."""
    return isinstance(node, Everything) or node == Facet("source:x")


def name_of(node: Node) -> str:
    """Return a short name of an operator that X's rules do not have."""
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
