"""Parsers of setting values: turn text from the environment into checked numbers, flags, choices, lists, URLs.

A value that is not allowed raises a ValueError. Its text says what is allowed and completes "KEY=value: …".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit


def text(value: str) -> str:
    """Return the text as it is."""
    return value


def number(low: float, high: float, kind: type[int] | type[float] = int) -> Callable[[str], Any]:
    """Return a parser of numbers in a closed range; it refuses nan and the infinities."""

    def parse(value: str) -> int | float:
        try:
            found = kind(value)
        except (ValueError, OverflowError) as error:
            raise ValueError(f"must be a {'whole ' if kind is int else ''}number, {low} to {high}") from error
        if not low <= found <= high:
            raise ValueError(f"must be {low} to {high}")
        return found

    return parse


def flag(value: str) -> bool:
    """Return true or false from the usual words."""
    if value.lower() in ("1", "true", "yes", "on"):
        return True
    if value.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError("must be true or false")


def choice(*allowed: str) -> Callable[[str], str]:
    """Return a parser that accepts these words only."""

    def parse(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return parse


def comma_list(value: str) -> tuple[str, ...]:
    """Return the parts of a comma-separated list, without empty ones."""
    return tuple(part for part in (piece.strip() for piece in value.split(",")) if part)


def speed(value: str) -> float:
    """Return a factor above 0, or 0.0 for "max"."""
    if value == "max":
        return 0.0
    try:
        factor = float(value)
    except ValueError:
        factor = 0.0
    if not 0 < factor <= 1_000_000:
        raise ValueError("must be max, or a number above 0 (1 = as it happened)")
    return factor


def url(*schemes: str) -> Callable[[str], str]:
    """Return a parser of URLs with one of these schemes; the URL stays text."""

    def parse(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError(f"must be a URL that starts with {' or '.join(scheme + '://' for scheme in schemes)}")
        return value

    return parse


def urls(*schemes: str) -> Callable[[str], tuple[str, ...]]:
    """Return a parser of comma-separated URLs with one of these schemes."""
    parse = url(*schemes)
    return lambda value: tuple(parse(part) for part in comma_list(value))


def url_or_off(value: str) -> str:
    """Return an HTTP URL, or "off"."""
    return value if value == "off" else str(url("http", "https")(value))


def prefix(value: str) -> str:
    """Return a prefix of Redis names."""
    if not value or not value.replace("-", "").replace("_", "").isalnum() or not value.isascii():
        raise ValueError("must be letters, digits, - and _")
    return value


def index_prefix(value: str) -> str:
    """Return a prefix of index names."""
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", value) is None:
        raise ValueError("must be small letters, digits, - and _, 64 at most, not beginning with - or _")
    return value
