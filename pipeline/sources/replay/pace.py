"""Pace of a replay: turns the times of recorded posts into waits at a speed; long silences are shortened.

A record out of order or without a time is due at once. Speed 0 means no waits.
"""

from __future__ import annotations

import time

LONGEST_PAUSE_S = 5.0
"""Seconds to which a silence in a recording is shortened: a file may hold posts that are years apart."""


class PlaybackPace:
    """Waits of one playback; with `speed` 0 there are none, with 2 they are half as long as recorded."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._latest: int | None = None
        self._due = time.monotonic()

    @property
    def waits(self) -> bool:
        """Whether there are waits."""
        return self._speed > 0

    def wait_s(self, at_ms: int | None) -> float:
        """Return in how many seconds a record with this time is due; 0 for one out of order or without a time."""
        now = time.monotonic()
        if at_ms is None or not self._speed:
            return 0.0
        if self._latest is not None and at_ms > self._latest:
            pause = min((at_ms - self._latest) / 1000 / self._speed, LONGEST_PAUSE_S)
            # After a pause the reader catches up by at most a second.
            self._due = max(self._due + pause, now - 1)
        elif self._latest is not None:
            return 0.0
        self._latest = at_ms
        return max(0.0, self._due - now)
