"""Readers of operator values: text after the colon to a node of the tree.

Every error names the operator, what it takes and an example. Values are folded as posts' facets are (`folding`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.errors import QueryError
from pipeline.language_codes import NO_LANGUAGE_CODES, RENAMED_CODES
from pipeline.post import MAX_TIME_MS
from pipeline.query.analyser import analyse, fold, fold_tag
from pipeline.query.link_tokens import fold_host, link_tokens
from pipeline.query.tree import Created, Facet, Node, Number, NumberField, Phrase, Sample, TextField, Word

MAX_NUMBER = 2**63 - 1
_MINUTE_MS = 60_000
_UNITS_MS = {"m": _MINUTE_MS, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}

_HOST = re.compile(r"[^\s/:?#@\"()%*]+\.[^\s/:?#@\"()%*]+")
_RANGE = re.compile(r"([0-9]*)\.\.([0-9]*)")
_AGO = re.compile(r"([0-9]{1,6})([mhdw])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_RANGE_BEGINS = ("[", "{")
"""Such a value reaches to its closing bracket, over blanks: spelled out, it would take what follows for its own."""
_REFUSED = re.compile(r"[\s\"()*]")


@dataclass(frozen=True, slots=True)
class Value:
    """A value as typed: `text` without its quotes, the positions of it and of its operator, the clock of the parse."""

    text: str
    at: int
    operator: str
    operator_at: int
    quoted: bool = False
    now_ms: int = 0

    def wrong(self, message: str, hint: str = "", code: str = "bad_value") -> QueryError:
        """Return the error of this value: “operator: message”."""
        return QueryError(code, f"{self.operator}: {message}", self.at, hint)


def fold_whole_value(text: str) -> str:
    """Return a whole value folded, or "" where it cannot be one (blanks, quotes, parentheses, control characters)."""
    folded = fold(text)
    if _REFUSED.search(folded) or any(unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co") for char in folded):
        return ""
    return folded


def read_id(value: Value, prefix: str) -> Node:
    """Read an id."""
    folded = fold_whole_value(value.text)
    if not folded or folded[0] in _RANGE_BEGINS:
        raise value.wrong("takes one id, without blanks", f"{value.operator}:x:20")
    return Facet(prefix + folded)


def read_handle(value: Value, prefix: str) -> Node:
    """Read a handle, with or without @, or an id."""
    folded = fold_tag(fold_whole_value(value.text).lstrip("@"))
    if not folded or folded[0] in _RANGE_BEGINS:
        raise value.wrong("takes one handle or id, without blanks", f"{value.operator}:nasa")
    return Facet(prefix + folded)


def read_choice(value: Value, prefix: str, choices: dict[str, str]) -> Node:
    """Read one of a few words."""
    chosen = choices.get(value.text.lower())
    if chosen is None:
        known = ", ".join(choices)
        raise value.wrong(f"takes one of {known}", f"{value.operator}:{next(iter(choices))}")
    return Facet(prefix + chosen)


def read_language(value: Value) -> Node:
    """Read a language tag; its primary subtag counts."""
    tag = value.text.lower().replace("_", "-").split("-")[0]
    if not re.fullmatch("[a-z]{2,3}", tag):
        raise value.wrong("takes a language code of two or three letters", "lang:en, or lang:und where none is stated")
    return Facet("lang:und" if tag in NO_LANGUAGE_CODES else f"lang:{RENAMED_CODES.get(tag, tag)}")


def read_url(value: Value) -> Node:
    """Read a host (a dot, no slash) or a phrase inside one link."""
    if (
        _HOST.fullmatch(value.text)
        and (host := fold_host(value.text))
        and fold_whole_value(host) == host == fold_host(host)
        and _HOST.fullmatch(host)
    ):
        return Facet(f"host:{host}")
    return text_node(link_tokens(value.text), "urls", value)


def words_reader(field: TextField) -> Callable[[Value], Node]:
    """Return the reader of words in a text field of the author."""

    def read(value: Value) -> Node:
        if "*" in value.text:
            raise value.wrong("takes whole words, * works on words of the post only", f"{value.operator}:word")
        if not value.quoted and (other := re.search(r"[~^][0-9.]*$", value.text)):
            plain = f"{value.operator}:{value.text[: other.start()]}"
            raise value.wrong(
                "~ and ^ have no meaning here", f'write {plain}; "a b"~3 is for words of the post', "lucene"
            )
        return text_node(analyse(value.text), field, value)

    return read


def text_node(tokens: list[str], field: TextField, value: Value) -> Node:
    """Return the word, or the phrase of several tokens."""
    if not tokens:
        raise value.wrong("holds nothing that can be searched: letters, digits or emoji", f"{value.operator}:word")
    return Word(tokens[0], field) if len(tokens) == 1 else Phrase(tuple(tokens), field)


def number_reader(field: NumberField) -> Callable[[Value], Node]:
    """Return the reader of a number or range."""

    def read(value: Value) -> Node:
        text = value.text
        found = _RANGE.fullmatch(text)
        ends = found.groups() if found else (text, "") if text.isascii() and text.isdigit() else ("", "")
        if ends == ("", "") or any(len(end) > 19 for end in ends):
            raise value.wrong(
                "takes a number or a range, digits only",
                _number_hint(value),
                "lucene" if _lucene(text) else "bad_number",
            )
        low, high = (int(end) if end else None for end in ends)
        if max(low or 0, high or 0) > MAX_NUMBER:
            raise value.wrong("takes numbers up to 9223372036854775807", _number_hint(value), "bad_number")
        if low is not None and high is not None and low > high:
            raise value.wrong("the range ends before it begins", f"{value.operator}:{high}..{low}", "bad_number")
        return Number(field, low, high)

    return read


def _lucene(text: str) -> bool:
    return text[:1] in ("[", "{", "<", ">")


def _number_hint(value: Value) -> str:
    digits = re.findall("[0-9]+", re.sub("(?<=[0-9])[,_'](?=[0-9]{3})", "", value.text[:64])) or ["100"]
    name = value.operator
    if value.text.startswith("<"):
        return f"{name}:..{digits[0]}"
    return f"{name}:{digits[0]}..{digits[1] if len(digits) > 1 else ''}"


def time_reader(which: str) -> Callable[[Value], Node]:
    """Return the reader of a time: a day, a date-time with zone, or how long ago."""

    def read(value: Value) -> Node:
        at_ms = _time_ms(value)
        return Created(at_ms, None) if which == "since" else Created(None, at_ms)

    return read


def _time_ms(value: Value) -> int:
    text = value.text
    if ago := _AGO.fullmatch(text.lower()):
        at_ms = value.now_ms - int(ago[1]) * _UNITS_MS[ago[2]]
        at_ms -= at_ms % _MINUTE_MS
    else:
        at_ms = _absolute_ms(value)
    if not 0 <= at_ms <= MAX_TIME_MS:
        raise value.wrong("takes times from 1970 to 9999, in UTC", f"{value.operator}:2026-11-23", "bad_time")
    return at_ms


def _absolute_ms(value: Value) -> int:
    text = value.text
    found = _TIME.fullmatch(text)
    try:
        if _DATE.fullmatch(text):
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        elif found and not found[3]:
            raise value.wrong("a time of day needs its zone", f"{value.operator}:{text}Z", "bad_time")
        elif found:
            moment = datetime.fromisoformat(_padded(text.upper()))
        else:
            raise ValueError
        return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
    except (ValueError, OverflowError):
        raise value.wrong(
            "takes a day, a time with its zone, or how long ago",
            f"{value.operator}:2026-11-23, {value.operator}:2026-11-23T10:00Z or {value.operator}:2h",
            "bad_time",
        ) from None


def _padded(text: str) -> str:
    """Return the time with three digits after the point, as `fromisoformat` takes them."""
    return re.sub(r"\.([0-9]{1,2})(?![0-9])", lambda match: "." + match[1].ljust(3, "0"), text)


def read_sample(value: Value) -> Node:
    """Read a share in per cent."""
    if not re.fullmatch("[0-9]{1,3}", value.text) or not 1 <= int(value.text) <= 100:
        raise value.wrong("takes a whole number from 1 to 100 (per cent)", "sample:10", "bad_number")
    return Sample(int(value.text))
