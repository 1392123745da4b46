"""How far one bounded step through publication numbers goes. Every store asks here what it looked up in its own way."""

from __future__ import annotations

from collections.abc import Iterable


def end_of(looked_up: Iterable[tuple[int, int] | None]) -> int | None:
    """Return the greatest number that a step may end at, None where all that is numbered beyond its start fits.

    Each of `looked_up` is one kind of row (posts, tombstones): the lowest number beyond the step's start and that of
    the first row that does not fit, or None where all rows fit. A step holds whole numbers, one at least.
    """
    return min((beyond - 1 if beyond > first else first for first, beyond in filter(None, looked_up)), default=None)
