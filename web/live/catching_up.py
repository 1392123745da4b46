"""What a search missed since a publication number, read from the store in bounded steps, or the answer "too much".

Whoever was away for long, or whose search the store cannot read in time, starts anew; nobody is refused for having been
away, and no read grows with the time away (docs/delivery.md, "Catching up has a bound").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pipeline.errors import QueryTimeout
from pipeline.query.tree import Query
from pipeline.store.contract import NEWEST, Changes, Reading
from web.protocol import MAX_CATCH_UP, Deleted, Frame, Gone, frames
from web.readings import Readings

STEPS_MAX = 10
"""So many steps of `MAX_CATCH_UP` changed posts are read, each in its turn among others that wait for the store."""

ENTRIES_PER_FRAME = 250
"""So many ids stand in one frame: what is told of a long time away leaves room for live posts in between."""

TOO_MUCH = Changes(overflow=True)


def missed(readings: Readings, query: Query, *, after: int, removed_after: int) -> Changes:
    """Return the matches above `after`, and what went or was withdrawn above `removed_after`.

    `overflow` says that it is more than is made up for, or took the store too long.

    Raises:
        StoreUnavailable: the store cannot be reached.
    """
    try:
        whole = readings.read(changes_of(query, after, removed_after))
        return _in_steps(readings, query, after, removed_after) if whole.overflow else whole
    except QueryTimeout:
        return TOO_MUCH


def _in_steps(readings: Readings, query: Query, after: int, removed_after: int) -> Changes:
    """Return the same by several views. What changes between two of them is in the later one, or is told live."""
    found = readings.read(changes_of(query, after, NEWEST))
    gone: list[tuple[str, int]] = []
    tombstones: list[str] = []
    if found.overflow:
        return TOO_MUCH
    for _ in range(STEPS_MAX):
        until, step = readings.read(_step(query, removed_after))
        if step.overflow:
            return TOO_MUCH
        gone += step.retracted
        tombstones += step.tombstones
        if until is None:
            return Changes(found.bodies, gone, tombstones)
        removed_after = until
    return TOO_MUCH


def changes_of(query: Query, after: int, removed_after: int, until: int = NEWEST) -> Callable[[Reading], Changes]:
    """Return the question for one bounded step."""
    return lambda reading: reading.changes(
        query, after=after, removed_after=removed_after, until=until, limit=MAX_CATCH_UP
    )


def _step(query: Query, removed_after: int) -> Callable[[Reading], tuple[int | None, Changes]]:
    def read(reading: Reading) -> tuple[int | None, Changes]:
        until = reading.step_end(removed_after, limit=MAX_CATCH_UP, changed=True)
        return until, changes_of(query, NEWEST, removed_after, NEWEST if until is None else until)(reading)

    return read


def losses(key: str, changes: Changes) -> Iterator[Frame]:
    """Yield the frames that tell a search what was withdrawn and what went."""
    for ids in _parts(changes.tombstones):
        yield from frames(Deleted(ids))
    for posts in _parts(changes.retracted):
        yield from frames(Gone(key, posts))


T = TypeVar("T")


def _parts(entries: Sequence[T]) -> Iterator[list[T]]:
    for start in range(0, len(entries), ENTRIES_PER_FRAME):
        yield list(entries[start : start + ENTRIES_PER_FRAME])
