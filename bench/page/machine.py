"""What a virtual machine's host takes of its processors: nothing that runs inside can be quicker than what is left."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

STOLEN = 7
TICK_S = 0.008
LATE_S = 0.016
"""A frame: what is less late than that keeps nobody waiting."""

Span = tuple[float, float]


class Stolen:
    """Counts from its making; in Linux's own words (`steal` of /proc/stat)."""

    def __init__(self) -> None:
        self._stolen, self._all = _ticks()

    def percent(self) -> float:
        """Return how much of the processor time since then the host took, 0 where that is not known."""
        stolen, every = _ticks()
        return round(100 * (stolen - self._stolen) / max(1, every - self._all), 1)


def _ticks() -> tuple[int, int]:
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0, 0
    fields = [int(field) for field in stat.read_text().split("\n", 1)[0].split()[1:9]]
    return fields[STOLEN], sum(fields)


class Clocks:
    """A clock on each processor that ticks every 8 ms, before all others: where it is late, the processor was away.

    Costs 1 % of a core. Knows nothing where a thread may not be bound to a processor or go before others: mostly only
    root may, and only on Linux.
    """

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._held: list[Span] = []
        processors = os.sched_getaffinity(0) if hasattr(os, "sched_setscheduler") else ()
        self._threads = [threading.Thread(target=self._tick, args=(processor,)) for processor in processors]
        for thread in self._threads:
            thread.start()

    def _tick(self, processor: int) -> None:
        os.sched_setaffinity(0, {processor})
        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        except PermissionError:
            return
        while not self._ended.is_set():
            due = time.monotonic() + TICK_S
            time.sleep(TICK_S)
            now = time.monotonic()
            if now - due > LATE_S:
                self._held.append((due, now))

    def stop(self) -> list[Span]:
        """End them; return when a processor was away, (from, until), s of the monotonic clock."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        return sorted(self._held)


def away_s(held: Sequence[Span], began: float, ended: float) -> float:
    """Return how long a processor was away within a time, at one go, s."""
    return max(
        (min(until, ended) - max(since, began) for since, until in held if since < ended and began < until), default=0.0
    )
