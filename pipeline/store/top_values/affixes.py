"""Affixes that are written together with a word: prefixes of Arabic and Hebrew, particles of Korean.

`stems` says what a token may be a form of; `word_forms` decides whether it is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ARABIC = re.compile("[\u0620-\u06d3]+")
_HEBREW = re.compile("[\u05d0-\u05ea״]+")
_HANGUL = re.compile("[\uac00-\ud7a3]+")
_ARABIC_PREFIXES = frozenset(
    conjunction + rest
    for conjunction in ("", "و", "ف")
    for rest in ("ال", "بال", "كال", "لل", "ب", "ل", "ك", "س", "")
    if conjunction + rest
)
_HEBREW_PREFIX = re.compile("[והשכבלמ]+")
_MAX_HEBREW_PREFIX = 3
_PARTICLES = frozenset(
    (
        "이",
        "가",
        "은",
        "는",
        "을",
        "를",
        "의",
        "에",
        "에서",
        "에게",
        "께",
        "으로",
        "로",
        "와",
        "과",
        "도",
        "만",
        "까지",
        "부터",
        "보다",
        "처럼",
        "이나",
        "나",
        "라고",
        "이라고",
        "에는",
        "에도",
        "에서는",
        "에서도",
        "에선",
        "이라는",
        "라는",
        "이란",
        "란",
        "이며",
        "이고",
        "입니다",
        "이다",
        "으로는",
        "로는",
        "으로부터",
        "한테",
        "마다",
        "조차",
        "밖에",
        "들",
        "들이",
        "들은",
        "들을",
        "들의",
    )
)
_LONGEST_AFFIX = 4
_MIN_LETTERS = 3
_MIN_SYLLABLES = 2


def is_hangul(token: str) -> bool:
    """Return whether a token consists of Hangul syllables."""
    return _HANGUL.fullmatch(token) is not None


def stems(token: str) -> list[tuple[str, str]]:
    """Return what a token may be a form of, each with the affix that it would have."""
    if token.isascii():
        return []
    if is_hangul(token):
        return list(_without_particle(token))
    if _ARABIC.fullmatch(token):
        return list(_without_arabic_prefix(token))
    return list(_without_hebrew_prefix(token)) if _HEBREW.fullmatch(token) else []


def _without_particle(token: str) -> Iterator[tuple[str, str]]:
    for length in range(1, min(_LONGEST_AFFIX, len(token) - _MIN_SYLLABLES) + 1):
        if token[-length:] in _PARTICLES:
            yield token[:-length], token[-length:]


def _without_arabic_prefix(token: str) -> Iterator[tuple[str, str]]:
    for length in range(1, min(_LONGEST_AFFIX, len(token) - _MIN_LETTERS) + 1):
        if token[:length] in _ARABIC_PREFIXES:
            yield token[length:], token[:length]


def _without_hebrew_prefix(token: str) -> Iterator[tuple[str, str]]:
    for length in range(1, min(_MAX_HEBREW_PREFIX, len(token) - _MIN_LETTERS) + 1):
        if _HEBREW_PREFIX.fullmatch(token[:length]):
            yield token[length:], token[:length]
