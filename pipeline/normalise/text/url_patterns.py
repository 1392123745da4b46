"""Regular expressions of links by the rules of twitter-text 3, with the top-level domains of `tlds.txt`.

They are compiled at the first use, and bounded so that hostile text cannot take long. The list is a file of this
project because maintained libraries that know it bring a network client along.
"""

from __future__ import annotations

import re
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

MAX_LABELS = 12
"""Most labels before the last two that are read. With the bound on a label, hostile text cannot take long."""


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
QUERY = r"\?[A-Za-z0-9!?*'();:&=+$/%#\[\]\-_.,~|@]*[A-Za-z0-9_&=#/\-]"


class UrlPatterns(NamedTuple):
    """Compiled patterns that contain the top-level domains."""

    has_tld: re.Pattern[str]
    ascii_domain: re.Pattern[str]
    url: re.Pattern[str]


@cache
def url_patterns() -> UrlPatterns:
    """Return the patterns. They are compiled at the first link: that takes 0.1 s, and most processes never see one."""
    tld = _top_levels()
    domain = f"(?:{_SUBDOMAIN}){{0,{MAX_LABELS}}}{_NAME}{tld}"
    return UrlPatterns(
        re.compile(rf"\.{tld}"),
        re.compile(rf"(?:[A-Za-z0-9\-_{ACCENTED}]+\.)+{tld}"),
        re.compile(
            rf"(^|[^A-Za-z0-9@＠$#＃{INVALID}])"
            rf"(((?ai:https?://))?({domain})(?::[0-9]+)?(/{_PATH}*)?(?:{QUERY})?)"
        ),
    )
