"""When a recorded post happened, seen without reading the record, and when it is due at a speed.

The time is the latest one the record names for itself or what it carries: a post is not older than the post it reposts
or than its author's account. It serves pacing and `received_at`; the post's own times are read by its adapter.
"""

from __future__ import annotations

import calendar
import time
from datetime import UTC, datetime
from functools import lru_cache

LONGEST_PAUSE_S = 5.0
"""Silence in a recording is shortened to this: a file may hold posts that are years apart."""
_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}


def happened_ms(record: bytes) -> int | None:
    """Return when a record happened (ms UTC), None where it names no time that can be right."""
    at = record.rfind(b'"timestamp_ms":"')
    if at >= 0:
        return _number(record[at + 16 : at + 29])
    at = record.find(b'"time_us":')
    if at >= 0:
        return _number(record[at + 10 : at + 10 + 13])  # the first 13 digits of µs are the ms
    latest = 0
    at = record.find(b'created_at":')
    while at >= 0:
        latest = max(latest, _moment(record[at + 12 : at + 48].lstrip()) or 0)
        at = record.find(b'created_at":', at + 12)
    if not latest and b'"payload":' in record:
        # The payload of a socket's event is JSON in a JSON string.
        at = record.find(b'created_at\\":')
        while at >= 0:
            latest = max(latest, _moment(record[at + 13 : at + 49].lstrip(b" \\")) or 0)
            at = record.find(b'created_at\\":', at + 13)
    return latest or None


def _number(digits: bytes) -> int | None:
    return int(digits) if len(digits) == 13 and digits.isdigit() else None


@lru_cache(maxsize=20_000)
def _moment(text: bytes) -> int | None:
    """Return the time at the beginning of a JSON value: a number of ms, ISO 8601, or X's own form."""
    if text[:1] != b'"':
        return _number(text[:13])
    value = text[1:].split(b'"')[0].rstrip(b"\\").decode(errors="replace")
    try:
        if value[:4].isdigit():
            moment = datetime.fromisoformat(value)
            return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
        _, month, day, clock, zone, year = value.split()
        if zone != "+0000":
            return None
        hours, minutes, seconds = clock.split(":")
        fields = (int(year), _MONTHS[month], int(day), int(hours), int(minutes), int(seconds))
        return calendar.timegm(fields) * 1000
    except (ValueError, KeyError, OverflowError):
        return None


class Pace:
    """Turn the times of a recording into waits; `speed` 0 is as fast as it is taken."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._latest: int | None = None
        self._due = time.monotonic()

    @property
    def unhurried(self) -> bool:
        """Whether there are waits at all."""
        return self._speed > 0

    def wait_s(self, at_ms: int | None) -> float:
        """Return how many seconds from now a record of this time is due; 0 for one out of order or without a time."""
        now = time.monotonic()
        if at_ms is None or not self._speed:
            return 0.0
        if self._latest is not None and at_ms > self._latest:
            pause = min((at_ms - self._latest) / 1000 / self._speed, LONGEST_PAUSE_S)
            # A reader that was paused does not race afterwards to catch up more than a second.
            self._due = max(self._due + pause, now - 1)
        elif self._latest is not None:
            return 0.0
        self._latest = at_ms
        return max(0.0, self._due - now)
