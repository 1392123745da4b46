"""URL detection: finds links in a text, with and without scheme, by the rules of twitter-text 3.

A link without scheme needs an ASCII domain under a known top-level domain; one with a scheme may be international. The
top-level domains are in `tlds.txt`, because maintained libraries that know them bring a network client along.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pipeline.normalise.text.character_classes import (
    ACCENTED,
    CONTROLS,
    CYRILLIC,
    DIRECTIONS,
    INVALID,
    PUNCTUATION,
    SPACES,
)

MAX_URL_CHARS = 4096
MAX_SLUG_CHARS = 40
MAX_LABEL_CHARS = 63
MAX_LABELS = 12
"""Most labels before the last two that are read. With the bound on a label, hostile text cannot take long."""

_SCHEME_LENGTH = len("https://")


class FoundUrl(NamedTuple):
    """A link as it stands in a text, with its span in code points."""

    url: str
    start: int
    end: int


def _trie_pattern(words: list[str]) -> str:
    """Return a regular expression for any of some words, the longest first, that reads no letter twice."""
    branches: dict[str, list[str]] = {}
    for word in words:
        if word:
            branches.setdefault(word[0], []).append(word[1:])
    parts = [re.escape(letter) + _trie_pattern(rest) for letter, rest in sorted(branches.items())]
    if not parts:
        return ""
    joined = parts[0] if len(parts) == 1 and "" not in words else f"(?:{'|'.join(parts)})"
    return joined + "?" if "" in words else joined


def _top_levels() -> str:
    text = (Path(__file__).parent / "tlds.txt").read_text(encoding="utf-8")
    names = [name for line in text.splitlines() if not line.startswith("#") for name in line.split()]
    plain = _trie_pattern([name for name in names if name.isascii()])
    others = _trie_pattern([name for name in names if not name.isascii()])
    return rf"(?:(?:(?ai:{plain})|(?i:{others}))(?=[^0-9A-Za-z@+\-]|$)|(?ai:xn--[0-9a-z\-]+))"


_LETTER = f"[^{DIRECTIONS}{PUNCTUATION}{CONTROLS}{INVALID}{SPACES}]"
_SUBDOMAIN = rf"{_LETTER}(?:[_-]*+{_LETTER}){{0,64}}+\."
_NAME = rf"{_LETTER}(?:-*+{_LETTER}){{0,64}}+\."

_PATH_LETTER = rf"[A-Za-z{CYRILLIC}0-9!*';:=+,.$/%#\[\]\-\u2013_~&|@{ACCENTED}]"
_PARENS = rf"\((?:{_PATH_LETTER}+|{_PATH_LETTER}*\({_PATH_LETTER}+\){_PATH_LETTER}*)\)"
_PATH_END = rf"(?:[A-Za-z{CYRILLIC}0-9=_#/+\-{ACCENTED}]|{_PARENS})"
_PATH = rf"(?:{_PATH_LETTER}*(?:{_PARENS}{_PATH_LETTER}*)*{_PATH_END}|{_PATH_LETTER}+/)"
_QUERY = r"\?[A-Za-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@]*[A-Za-z0-9_&=#/\-]"

_SHORT = re.compile(rf"https?://t\.co/([A-Za-z0-9]+)(?:{_QUERY})?", re.IGNORECASE)
_CHUNK = re.compile(rf"[^{SPACES}]+")
_UNFIT_BEFORE = "-_./"


class _Patterns(NamedTuple):
    """Compiled patterns that contain the top-level domains."""

    has_tld: re.Pattern[str]
    ascii_domain: re.Pattern[str]
    url: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """Return the patterns. They are compiled at the first link: that takes 0.1 s, and most processes never see one."""
    tld = _top_levels()
    domain = f"(?:{_SUBDOMAIN}){{0,{MAX_LABELS}}}{_NAME}{tld}"
    return _Patterns(
        re.compile(rf"\.{tld}"),
        re.compile(rf"(?:[A-Za-z0-9\-_{ACCENTED}]+\.)+{tld}"),
        re.compile(
            rf"(^|[^A-Za-z0-9@＠$#＃{INVALID}])"
            rf"(((?ai:https?://))?({domain})(?::[0-9]+)?(/{_PATH}*)?(?:{_QUERY})?)"
        ),
    )


def find_urls(text: str) -> list[FoundUrl]:
    """Return the links of a text in order, none overlapping."""
    found: list[FoundUrl] = []
    if "." not in text:
        return found
    for chunk in _CHUNK.finditer(text):  # no link has a space in it, and most words have no dot
        if "." in chunk[0] and _patterns().has_tld.search(chunk[0]):
            _add_urls(chunk[0], chunk.start(), found)
    return found


def _add_urls(text: str, offset: int, found: list[FoundUrl]) -> None:
    for match in _patterns().url.finditer(text):
        before, url, scheme, domain, path = match.groups()
        start = match.start(2) + offset
        if not _is_valid_length(url, domain, scheme):
            continue
        if scheme:
            short = _SHORT.match(url)
            if short is not None:
                if len(short[1]) > MAX_SLUG_CHARS:
                    continue
                url = short[0]
            found.append(FoundUrl(url, start, start + len(url)))
        elif not before or before not in _UNFIT_BEFORE:
            _add_plain(url, domain, path, start, found)


def _add_plain(url: str, domain: str, path: str | None, start: int, found: list[FoundUrl]) -> None:
    """Add the ASCII domains inside a match without scheme; path and query belong to the last.

    There may be several, because text of some scripts has no spaces around a domain.
    """
    plain = [
        FoundUrl(match[0], start + match.start(), start + match.end())
        for match in _patterns().ascii_domain.finditer(domain)
    ]
    if not plain:
        return
    if path:
        last = plain.pop()
        plain.append(FoundUrl(last.url + url[len(domain) :], last.start, start + len(url)))
    found.extend(plain)


def _is_valid_length(url: str, domain: str, scheme: str | None) -> bool:
    encoded = 0
    for label in domain.split("."):
        if label.isascii():
            size = len(label)
        elif label[:4].lower() == "xn--":
            return False
        else:
            folded = unicodedata.normalize("NFKC", label).lower()
            size = 4 + len(folded.encode("punycode", errors="replace"))
        if size > MAX_LABEL_CHARS:
            return False
        encoded += size + 1
    return len(url) - len(domain) + encoded - 1 + (0 if scheme else _SCHEME_LENGTH) <= MAX_URL_CHARS
