"""Clock of a Jetstream server: how much later than written its events are stamped, by the authors' own stamps.

A server stamps an event when it hears it, by its own clock. So its stamps say nothing of how far it lags behind the
network, and a clock that is wrong looks like a delay. The commit's revision and the inner time of an account's event
are stamped on the author's side and are the same on every server (`event_summary.py`). Their distance from the server's
stamp is delay and error of the clock together, which is what a change of server has to go by.
"""

from __future__ import annotations

import time
from collections import deque
from statistics import median

WINDOW_EVENTS = 64
"""Events by which a server's delay is measured."""
OUTLIERS_ONE_IN = 24
"""One author in this many may have a wrong clock before it counts as the server's delay."""
OUTLIER_LIMIT_US = 120_000_000
"""Microseconds by which the longest delay may exceed the usual one; beyond, an author's clock is wrong."""
SERVER_PAUSE_S = 5.0
"""Seconds without an event after which the delay is measured anew: what comes then may come late."""
FEW_EVENTS = 8
"""Events up to which a delay measured anew may only be longer than the one before."""
SURE_EVENTS, SURE_S = 4, 5.0
"""Events, or seconds since the first, from which on a delay is known: the first author's clock may be wrong."""


class SystemClock:
    """This machine's clocks: the time of day, which may jump, and the monotonic one, which stands while it sleeps."""

    def now_us(self) -> int:
        """Return the time of day in µs since 1970, UTC."""
        return time.time_ns() // 1000

    def monotonic_s(self) -> float:
        """Return seconds since some moment."""
        return time.monotonic()


class ServerClock:
    """Delay of one server's stamps, in µs, over its last events. Negative: its clock is behind."""

    def __init__(self) -> None:
        self._delays: deque[int] = deque(maxlen=WINDOW_EVENTS)
        self._before_us: int | None = None
        self._last_s = 0.0
        self._first_s: float | None = None

    def add(self, stamped_us: int, written_us: int, now_s: float) -> None:
        """Note an event: the server's stamp, the author's (0: unknown), and when it came (monotonic seconds)."""
        if self._delays and now_s - self._last_s > SERVER_PAUSE_S:
            self._before_us = self.longest_us()
            self._delays.clear()
        self._last_s = now_s
        if written_us:
            self._first_s = now_s if self._first_s is None else self._first_s
            self._delays.append(stamped_us - written_us)

    def is_sure(self, now_s: float) -> bool:
        """Tell whether the delay is known, or cannot be, because no author's stamp is."""
        return self._first_s is None or len(self._delays) >= SURE_EVENTS or now_s - self._first_s > SURE_S

    def usual_us(self) -> int:
        """Return the median delay, 0 if it is unknown."""
        return int(median(self._delays)) if self._delays else 0

    def longest_us(self) -> int:
        """Return the longest delay, single outliers apart: what was written this long before a stamp has been heard."""
        if not self._delays:
            return 0
        ranked = sorted(self._delays)
        longest_us = min(ranked[-1 - len(ranked) // OUTLIERS_ONE_IN], self.usual_us() + OUTLIER_LIMIT_US)
        if len(ranked) < FEW_EVENTS and self._before_us is not None:
            return max(longest_us, self._before_us)
        return longest_us

    def shortest_us(self) -> int:
        """Return the shortest delay, single outliers apart."""
        if not self._delays:
            return 0
        ranked = sorted(self._delays)
        return max(ranked[len(ranked) // OUTLIERS_ONE_IN], self.usual_us() - OUTLIER_LIMIT_US)
