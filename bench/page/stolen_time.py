"""Stolen time: measures the processor time that the host of a virtual machine takes from it.

A task that waits for a processor is long whatever its code does, so these figures stand beside those of the page.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

STOLEN = 7
"""Index of `steal` among the processor times of /proc/stat."""
TICK_S = 0.008
"""Seconds between two ticks of a clock."""
LATE_S = 0.016
"""Seconds of delay from which a tick counts as late: the length of a frame."""

Span = tuple[float, float]


class Stolen:
    """Share of stolen processor time since the object was made (`steal` of /proc/stat on Linux)."""

    def __init__(self) -> None:
        self._stolen, self._all = _ticks()

    def percent(self) -> float:
        """Return the stolen share of all processor time in percent; 0 where the system does not report it."""
        stolen, every = _ticks()
        return round(100 * (stolen - self._stolen) / max(1, every - self._all), 1)


def _ticks() -> tuple[int, int]:
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0, 0
    fields = [int(field) for field in stat.read_text().split("\n", 1)[0].split()[1:9]]
    return fields[STOLEN], sum(fields)


class Clocks:
    """Clock on each processor that ticks every 8 ms with real-time priority. A late tick means the processor was away.

    The clocks take 1 % of a core. They report nothing where a thread may not have real-time priority: that needs Linux,
    and usually root.
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
        """Stop the clocks; return the periods in which a processor was away: (start, end), s of the monotonic clock."""
        self._ended.set()
        for thread in self._threads:
            thread.join()
        return sorted(self._held)


def away_s(held: Sequence[Span], began: float, ended: float) -> float:
    """Return the longest single absence of a processor between two times, s."""
    return max(
        (min(until, ended) - max(since, began) for since, until in held if since < ended and began < until), default=0.0
    )
