"""Text analyser: turns text into tokens, with their spans if wanted, and folds tags, handles and ids for comparison.

Posts and searches pass through the same functions, so equal words become equal tokens (docs/reference/search.md,
"Words"). Each emoji sequence is a token. The rest is normalised (NFKC, case folding, NFKC again, one i for the four of
Turkish); a token is then a run of letters, marks and digits. In scripts written without spaces each letter is a token.
`MAX_TOKENS` and `MAX_TOKEN_CHARS` bound the result. `ANALYSER_VERSION` names the rules, and every index stores it. The
analyser runs on every post, so plain ASCII takes a fast path.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from unicodedata import category, normalize

from pipeline.query.unicode_tables import (
    EMOJI_OR_KEYCAP_SEQUENCE,
    EMOJI_SEQUENCE,
    INVISIBLE,
    KEYCAP,
    UNSPACED,
    VANISHING,
)

ANALYSER_VERSION = f"3/{unicodedata.unidata_version}"
"""Version of the rules, of what of a post is indexed (`document.py`) and of Python's Unicode tables.

Every index stores the version it was built with."""

MAX_TOKEN_CHARS = 128
MAX_TOKENS = 10_000

_VANISHING = re.compile(f"[{VANISHING}]")
_UNSEEN = re.compile(f"[{VANISHING}{INVISIBLE}]")
_SEPARATING = re.compile(f"[{INVISIBLE}]")
_SELECTORS = re.compile("[\ufe0e\ufe0f]")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_DOTTED_I = re.compile("([ij])([^\\w\\s]*?)\u0307")
"""An i or j with a dot of its own, and the marks between them."""

_ALONE, _MARK, _VANISHES = "\x02", "\x05", "\x03"
_CLASSED_TOKEN = re.compile(f"{_ALONE}.(?:{_MARK}.)*|[^ {_ALONE}]+")
_CACHED_CLASSES = 40_000

_ABOVE = 230
"""Canonical combining class of marks above a letter (Unicode, "Above")."""

_LONG = 2_000
"""Characters from which piles of marks are cut, because normalising takes quadratic time in a pile.

No search is as long.
"""

_PILED = re.compile(f"(?:{_MARK}.){{65}}")

_TYPOGRAPHIC = "’…“”–—‘"
"""Characters of English text that are not ASCII. Each separates words, before normalising as after it."""

_SENTENCE = ".,;:!?…'’。、،؛؟"
"""Punctuation that a sentence may put after a tag."""

_ASCII_TOKENS = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else 32 for code in range(256))


@cache
def _marks() -> str:
    """Return all marks. This and the patterns below are built on demand: they take long and are seldom needed."""
    return "".join(chr(code) for code in range(0x20000) if category(chr(code))[0] == "M" and chr(code) != KEYCAP)


@cache
def _token() -> re.Pattern[str]:
    return re.compile(f"[{UNSPACED}][{_marks()}]*|(?:[^\\W_{UNSPACED}{INVISIBLE}]|[{_marks()}])+")


@cache
def _pile() -> re.Pattern[str]:
    return re.compile(f"([{_marks()}\uff9e\uff9f]{{64}})[{_marks()}\uff9e\uff9f]+")


class _CharacterClasses(dict[int, str]):
    """Classes of normalised characters, filled on demand: kept, separating, alone as a token, a mark or vanishing."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = category(char)[0]
        if _VANISHING.match(char):
            found = _VANISHES
        elif _SEPARATING.match(char):
            found = " "
        elif _UNSPACED.match(char):
            found = _ALONE + char
        elif (kind == "M" and char != KEYCAP) or char in "\uff9e\uff9f":  # the half-width forms of two marks
            found = _MARK + char
        else:
            found = char if kind in "LN" else " "
        if len(self) < _CACHED_CLASSES:
            self[code] = found
        return found


_classes = _CharacterClasses()


def analyse(text: str) -> list[str]:
    """Return the tokens of a text in order, at most `MAX_TOKENS`, each at most `MAX_TOKEN_CHARS` long."""
    if text.isascii():
        tokens = text.encode().translate(_ASCII_TOKENS).decode().split()
        if len(text) <= MAX_TOKEN_CHARS:
            return tokens
    else:
        tokens = []
        pattern = EMOJI_OR_KEYCAP_SEQUENCE if KEYCAP in text else EMOJI_SEQUENCE
        for number, part in enumerate(pattern.split(text)):
            if number & 1:
                tokens.append(_SELECTORS.sub("", part))
            else:
                tokens += _tokens_without_emoji(part)
    if max(map(len, tokens), default=0) > MAX_TOKEN_CHARS:
        tokens = [token[:MAX_TOKEN_CHARS] for token in tokens]
    return tokens if len(tokens) <= MAX_TOKENS else tokens[:MAX_TOKENS]


def _tokens_without_emoji(part: str) -> list[str]:
    """Return the tokens of a text that has no emoji."""
    if not part.isascii():
        for char in _TYPOGRAPHIC:
            part = part.replace(char, " ")
    if part.isascii():
        return part.encode().translate(_ASCII_TOKENS).decode().split()
    if len(part) > _LONG:
        part = _without_piles(part)
    classed = _fold(part).translate(_classes)
    if _VANISHES in classed:
        classed = _fold(_without_vanishing(part)).translate(_classes)
    if _ALONE in classed:
        classed = " ".join(_CLASSED_TOKEN.findall(classed)).replace(_ALONE, "")
    return classed.replace(_MARK, "").split()


def _without_piles(part: str) -> str:
    """Return a long text without vanishing characters, and with at most 64 marks on one letter."""
    part = _VANISHING.sub("", part)
    return _pile().sub(r"\1", part) if _PILED.search(part.translate(_classes)) else part


def _fold(text: str) -> str:
    folded = normalize("NFKC", normalize("NFKC", text).casefold().replace("ı", "i"))
    if "\u0307" in folded:
        folded = normalize("NFKC", _DOTTED_I.sub(_without_dot, normalize("NFD", folded)))
    return folded


def _without_dot(match: re.Match[str]) -> str:
    """Return an i or j without the dot that Unicode's case folding leaves on it, if nothing else stands above it."""
    letter, between = match.groups()
    below = all(0 < unicodedata.combining(char) < _ABOVE for char in between)
    return letter + between + ("" if below else "\u0307")


def fold(text: str) -> str:
    """Return a whole value (tag, handle, id) as it is compared: folded like words, uncut, nothing invisible."""
    return text.lower() if text.isascii() else _fold(_UNSEEN.sub("", normalize("NFKC", text)))


def fold_tag(text: str) -> str:
    """Return a tag, symbol or handle folded, without the punctuation that a sentence puts after it."""
    return fold(text).rstrip(_SENTENCE)


def analyse_spans(text: str) -> list[tuple[str, int, int]]:
    """Return the tokens of `analyse`, each with its span in the given text (code points, end exclusive)."""
    found: list[tuple[str, int, int]] = []
    offset = 0
    for number, part in enumerate((EMOJI_OR_KEYCAP_SEQUENCE if KEYCAP in text else EMOJI_SEQUENCE).split(text)):
        if number & 1:
            found.append((_SELECTORS.sub("", part), offset, offset + len(part)))
        else:
            found += _spans_without_emoji(part, offset)
        offset += len(part)
    return [(token[:MAX_TOKEN_CHARS], start, end) for token, start, end in found[:MAX_TOKENS]]


def _spans_without_emoji(part: str, offset: int) -> list[tuple[str, int, int]]:
    """Return the tokens of a text without emoji with their spans, `offset` added."""
    folded: list[str] = []
    origins: list[tuple[int, int]] = []
    clean = _cleaned_long if len(part) > _LONG else _without_vanishing
    for start, end in _pieces(part, clean):
        piece = _fold(clean(part[start:end]))
        folded.append(piece)
        origins += [(start, end)] * len(piece)
    return [
        (match.group(), offset + origins[match.start()][0], offset + origins[match.end() - 1][1])
        for match in _token().finditer("".join(folded))
    ]


def _without_vanishing(part: str) -> str:
    """Return a text without vanishing characters, also those inside a presentation form (a Hebrew letter's point)."""
    return _VANISHING.sub("", normalize("NFKC", part))


def _cleaned_long(part: str) -> str:
    return _without_vanishing(_without_piles(part))


def _pieces(part: str, clean: Callable[[str], str]) -> list[tuple[int, int]]:
    """Split a text into pieces that can be normalised one by one with the same result as the whole text.

    A piece is a character with the marks after it. Hangul and a few vowels join the character before them; where the
    pieces do not add up to the whole, a run without spaces is one piece.
    """
    pieces: list[tuple[int, int]] = []
    for run in re.finditer(r"\s+|\S+", part):
        start = run.start()
        small: list[tuple[int, int]] = []
        for end in range(start + 1, run.end() + 1):
            if end < run.end() and (unicodedata.combining(part[end]) or _VANISHING.match(part[end])):
                continue
            small.append((start, end))
            start = end
        exact = "".join(_fold(clean(part[start:end])) for start, end in small) == _fold(clean(run.group()))
        pieces += small if exact else [run.span()]
    return pieces
