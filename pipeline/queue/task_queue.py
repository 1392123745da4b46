"""Task queue: interface to Celery's messages for reader, worker and upkeep, so that none of them knows Celery.

A `TaskQueue` sends ids of batches, rows of coverage (`CoverageUpdate`, defined here) and requests for a reader; it
tells how many ids wait and whether the process should end. `pipeline/jobs/tasks.py` makes the real one; the default
sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec


class CoverageUpdate(msgspec.Struct):
    """A row of coverage that a reader asks upkeep to write: a source was collected, or not, from `since` to `until`.

    Times are in ms UTC; `until` None: still so. `search` names what is collected; `why` is "" while it is, else the
    reason why not. `filled`: the reader resumed from its cursor, so the outage before this row left no hole unless a
    gap was reported. `read_ms`: when the source was last read before this reader began.
    """

    source: str
    since: int
    until: int | None
    search: str
    why: str
    filled: bool = False
    read_ms: int | None = None


def _drop(_: object) -> None:
    """Send nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQueue:
    """Senders of messages. Each may raise `BrokerUnavailable`; a process gives those that it sends."""

    enqueue: Callable[[str], None] = _drop
    """Send the id of an open batch to the workers."""
    cover: Callable[[CoverageUpdate], None] = _drop
    """Send a coverage row to upkeep."""
    request_reader: Callable[[str], None] = _drop
    """Request a reader of a source. The message expires, so none pile up while no reader process runs."""
    waiting: Callable[[], int] = lambda: 0
    """Return the number of batch ids that wait in the broker."""
    stopping: Callable[[], bool] = lambda: False
    """Tell whether this process is ending."""
