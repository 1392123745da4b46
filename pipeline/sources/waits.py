"""How long a server wants to be left alone, out of a header of its answer, whatever stands there."""

from __future__ import annotations

LONGEST_S = 7 * 86_400.0


def asked_pause_s(header: str, otherwise: float = 0.0) -> float:
    """Return the seconds of a `Retry-After` header (RFC 9110, 10.2.3), at most a week; else `otherwise`."""
    return min(float(header), LONGEST_S) if header.isascii() and header.isdigit() else otherwise
