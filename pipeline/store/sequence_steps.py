"""Bounded steps through sequence numbers: the number at which a step of so many rows ends, once for every store.

The rule of `Reading.step_end`: a step holds all rows of each of its numbers, and at least one number.
"""

from __future__ import annotations

from collections.abc import Iterable


def bounded_step_end(looked_up: Iterable[tuple[int, int] | None]) -> int | None:
    """Return the greatest sequence number at which a step may end; None where all rows beyond its start fit.

    Each of `looked_up` stands for one kind of row (posts, tombstones): the lowest number beyond the step's start and
    the number of the first row that does not fit, or None where all rows fit. A step holds whole numbers, at least one.
    """
    return min((beyond - 1 if beyond > first else first for first, beyond in filter(None, looked_up)), default=None)
