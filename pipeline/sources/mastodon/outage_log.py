"""Outages of one stream: tells each as a span with what it costs, those in quick succession as one.

A stream tells deletions and edits only while it is open. So every outage is told, also one whose statuses were all
requested afterwards: coverage then has a row of it, and the re-check looks for the deletions and edits. Outages that
follow within `TOLD_EVERY_S` wait and are told together. `heard_ms` is the time up to which everything was told.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

TOLD_EVERY_S = 300.0
"""Seconds between two spans told: a stream that is cut every minute must not fill coverage."""


class StreamOutage(msgspec.Struct):
    """A span (ms UTC) in which a stream was away. `missing`: in words what cannot be had; "" if nothing."""

    since_ms: int
    until_ms: int
    missing: str = ""


class OutageLog:
    """Outages of one stream."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._told_s = float("-inf")
        self._waiting: StreamOutage | None = None

    def add(self, outage: StreamOutage) -> None:
        """Note an outage that is over."""
        waiting = self._waiting
        if waiting is not None:
            outage.since_ms = min(waiting.since_ms, outage.since_ms)
            outage.missing = outage.missing or waiting.missing
        self._waiting = outage

    def take(self) -> StreamOutage | None:
        """Return the outage to tell now, None if there is none or it has to wait for others."""
        if self._waiting is None or self._clock_s() - self._told_s < TOLD_EVERY_S:
            return None
        outage, self._waiting = self._waiting, None
        self._told_s = self._clock_s()
        return outage

    def heard_ms(self, received_ms: int) -> int:
        """Return up to when (ms UTC) all outages were told, where the stream was last received at a time."""
        return self._waiting.since_ms if self._waiting is not None else received_ms
