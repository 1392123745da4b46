"""URL parameters of a request (search, integer, time, choice), read strictly: a wrong value is an error that names it.

A parameter that is not given takes its default; a missing search `q` is an error. Times are in ms since the epoch.
"""

from __future__ import annotations

import re
from typing import overload
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import request

from web.api_errors import ApiError

MAX_DIGITS = 20
"""Digits of a 64-bit number and its sign."""
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,31}){0,2}")
_DECK_ID = re.compile(r"[a-z0-9-]{1,64}")
_INTEGER = re.compile(f"-?[0-9]{{1,{MAX_DIGITS}}}")


def search_text() -> str:
    """Return `q`, the search as text.

    Raises:
        ApiError: `q` is missing.
    """
    text = request.args.get("q")
    if text is None:
        raise ApiError("bad_request", "q is missing: the search.", hint="?q=* finds every post")
    return text


@overload
def integer(name: str, default: int, low: int, high: int) -> int: ...
@overload
def integer(name: str, default: None, low: int, high: int) -> int | None: ...
def integer(name: str, default: int | None, low: int, high: int) -> int | None:
    """Return an integer within [low, high], or the default where the parameter is not given.

    Raises:
        ApiError: the value is no integer or out of bounds.
    """
    given = request.args.get(name, "")
    if not given:
        return default
    number = int(given) if _INTEGER.fullmatch(given) else None
    if number is None or not low <= number <= high:
        raise ApiError("bad_request", f"{name} must be a whole number from {low} to {high}.")
    return number


def time_ms(name: str) -> int | None:
    """Return a time in ms since the epoch, None where the parameter is not given.

    Raises:
        ApiError: the value is no integer or out of bounds.
    """
    return integer(name, None, 0, 2**53)


def time_zone(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name (`Pacific/Auckland`), None where the parameter is not given.

    Raises:
        ApiError: this machine knows no zone of that name.
    """
    given = request.args.get(name, "")
    if not given:
        return None
    try:
        if _ZONE.fullmatch(given):
            return ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise ApiError("bad_request", f"{name} must be the name of a time zone.", hint="Pacific/Auckland")


def deck_ids(name: str, most: int) -> list[str]:
    """Return the ids of decks, each once; the parameter may be given more than once.

    Raises:
        ApiError: a value is no id of a deck, or there are more than `most`.
    """
    given = list(dict.fromkeys(request.args.getlist(name)))
    if len(given) > most:
        raise ApiError("too_many_decks", f"{name} may be given {most} times.")
    if not all(_DECK_ID.fullmatch(one) for one in given):
        raise ApiError("bad_request", f"{name} must be the id of a deck: 1 to 64 of a-z, 0-9 and -.")
    return given


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return one of the allowed words.

    Raises:
        ApiError: the value is another word.
    """
    given = request.args.get(name, "") or default
    if given not in allowed:
        raise ApiError("bad_request", f"{name} must be one of {', '.join(allowed)}.")
    return given
