"""Catching up: reads what a search missed since a sequence number, in bounded steps, or reports that it is too much.

What was missed is matches, retractions and deletions; the last two become frames here. A client that was away for long,
or whose search the store cannot read in time, starts anew; no client is refused for having been away, and no read grows
with the time away (docs/design/delivery.md, "Catching up has a bound").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from pipeline.errors import QueryTimeout
from pipeline.query.tree import Query
from pipeline.store.contract import NEWEST, Changes, Reading
from web.protocol.frames import Frame, frames
from web.protocol.server_messages import Deleted, Gone
from web.store_pool import StorePool

MAX_CATCH_UP = 2_000
"""Most matches, and most changed posts of a step; a client that missed more starts anew (`reset`)."""
STEPS_MAX = 10
"""Most steps of `MAX_CATCH_UP` changed posts; each waits for its own turn at the store."""
ENTRIES_PER_FRAME = 250
"""Most ids in one frame, so that live posts find room between the frames after a long time away."""
TOO_MUCH = Changes(overflow=True)


def missed_changes(store_pool: StorePool, query: Query, *, after: int, removed_after: int) -> Changes:
    """Return the matches numbered above `after`, and the retractions and deletions above `removed_after`.

    `overflow` is set where they are more than the bounds allow, or the read took too long.

    Raises:
        StoreUnavailable: the store cannot be reached.
    """
    try:
        whole = store_pool.read(changes_of(query, after, removed_after))
        return _in_steps(store_pool, query, after, removed_after) if whole.overflow else whole
    except QueryTimeout:
        return TOO_MUCH


def _in_steps(store_pool: StorePool, query: Query, after: int, removed_after: int) -> Changes:
    """Return the same from several views; a change between two views is in the later one or arrives live."""
    found = store_pool.read(changes_of(query, after, NEWEST))
    retracted: list[tuple[str, int]] = []
    tombstones: list[str] = []
    if found.overflow:
        return TOO_MUCH
    for _ in range(STEPS_MAX):
        until, step = store_pool.read(_step(query, removed_after))
        if step.overflow:
            return TOO_MUCH
        retracted += step.retracted
        tombstones += step.tombstones
        if until is None:
            return Changes(found.bodies, retracted, tombstones, entered=found.entered)
        removed_after = until
    return TOO_MUCH


def changes_of(query: Query, after: int, removed_after: int, until: int = NEWEST) -> Callable[[Reading], Changes]:
    """Return the function that reads one bounded step of changes."""
    return lambda reading: reading.changes(
        query, after=after, removed_after=removed_after, until=until, limit=MAX_CATCH_UP
    )


def _step(query: Query, removed_after: int) -> Callable[[Reading], tuple[int | None, Changes]]:
    def read(reading: Reading) -> tuple[int | None, Changes]:
        until = reading.step_end(removed_after, limit=MAX_CATCH_UP, changed=True)
        return until, changes_of(query, NEWEST, removed_after, NEWEST if until is None else until)(reading)

    return read


def loss_frames(key: str, changes: Changes) -> Iterator[Frame]:
    """Yield the frames of a search's deletions and retractions."""
    for ids in _parts(changes.tombstones):
        yield from frames(Deleted(ids))
    for posts in _parts(changes.retracted):
        yield from frames(Gone(key, posts))


_T = TypeVar("_T")


def _parts(entries: Sequence[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(entries), ENTRIES_PER_FRAME):
        yield list(entries[start : start + ENTRIES_PER_FRAME])
