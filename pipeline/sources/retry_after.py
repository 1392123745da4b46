"""Reads the `Retry-After` header: how many seconds a server wants to be left alone, whatever the header contains.

Only a number of seconds is read, at most a week; a date or anything else gives the caller's default.
"""

from __future__ import annotations

LONGEST_S = 7 * 86_400.0
"""Seconds: no server is left alone for longer than a week."""


def retry_after_s(header: str, default_s: float = 0.0) -> float:
    """Return the seconds of a `Retry-After` header (RFC 9110, 10.2.3), at most a week; `default_s` if the header holds
    none."""
    return min(float(header), LONGEST_S) if header.isascii() and header.isdigit() else default_s
