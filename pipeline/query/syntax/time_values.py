"""Time values of `since:` and `until:`: turns days, times with a zone, and ages such as `2h` into nodes with ms UTC.

An age counts from the time of the parse, rounded down to the minute. Any other value, or a time of day without its
zone, raises `QueryError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from pipeline.post import MAX_TIME_MS
from pipeline.query.syntax.operator_values import Value
from pipeline.query.tree import Created, Node

_MINUTE_MS = 60_000
_UNITS_MS = {"m": _MINUTE_MS, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}

_AGO = re.compile(r"([0-9]{1,6})([mhdw])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)


def time_reader(which: str) -> Callable[[Value], Node]:
    """Return a function that reads a day, a time with its zone, or an age. `which` is "since" or "until"."""

    def read(value: Value) -> Node:
        at_ms = _time_ms(value)
        return Created(at_ms, None) if which == "since" else Created(None, at_ms)

    return read


def _time_ms(value: Value) -> int:
    text = value.plain
    if ago := _AGO.fullmatch(text.lower()):
        at_ms = value.now_ms - int(ago[1]) * _UNITS_MS[ago[2]]
        at_ms -= at_ms % _MINUTE_MS
    else:
        at_ms = _absolute_ms(value)
    if not 0 <= at_ms <= MAX_TIME_MS:
        raise value.wrong("takes times from 1970 to 9999, in UTC", f"{value.operator}:2026-11-23", "bad_time")
    return at_ms


def _absolute_ms(value: Value) -> int:
    text = value.plain
    found = _TIME.fullmatch(text)
    try:
        if _DATE.fullmatch(text):
            parsed = datetime.fromisoformat(text).replace(tzinfo=UTC)
        elif found and not found[3]:
            raise value.wrong("a time of day needs its zone", f"{value.operator}:{text}Z", "bad_time")
        elif found:
            parsed = datetime.fromisoformat(_padded(text.upper()))
        else:
            raise ValueError
        return round((parsed - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
    except (ValueError, OverflowError):
        raise value.wrong(
            "takes a day, a time with its zone, or how long ago",
            f"{value.operator}:2026-11-23, {value.operator}:2026-11-23T10:00Z or {value.operator}:2h",
            "bad_time",
        ) from None


def _padded(text: str) -> str:
    """Return the time with three digits after the point, the form that `fromisoformat` accepts."""
    return re.sub(r"\.([0-9]{1,2})(?![0-9])", lambda match: "." + match[1].ljust(3, "0"), text)
