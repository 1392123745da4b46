"""Time of a recorded post, found in the bytes of the record without decoding it.

It is the latest time that the record states for itself or its parts: a post is not older than the post it reposts or
than its author's account. Replay paces records by it and sets `received_at`; adapters read the post's own times.
"""

from __future__ import annotations

import calendar
from datetime import UTC, datetime
from functools import lru_cache

_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}


def record_time_ms(record: bytes) -> int | None:
    """Return the time of a record (ms UTC), None if the record states no plausible time."""
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
        # The payload of a WebSocket event is JSON inside a JSON string.
        at = record.find(b'created_at\\":')
        while at >= 0:
            latest = max(latest, _moment(record[at + 13 : at + 49].lstrip(b" \\")) or 0)
            at = record.find(b'created_at\\":', at + 13)
    return latest or None


def _number(digits: bytes) -> int | None:
    return int(digits) if len(digits) == 13 and digits.isdigit() else None


@lru_cache(maxsize=20_000)
def _moment(text: bytes) -> int | None:
    """Return the time (ms UTC) at the beginning of a JSON value: a number of ms, ISO 8601, or X's own form."""
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
