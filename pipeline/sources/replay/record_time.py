"""Time of a recorded post, found in the bytes of the record without decoding it.

A time that the recorder or the server wrote comes first; else it is the latest time that the record states for itself
or its parts: a post is not older than the post it reposts or than its author's account. Blanks after a colon, as other
recorders write them, change nothing. Replay paces records by it and sets `received_at`; adapters read the post's own
times.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime
from functools import lru_cache

PAGE_BEGIN = b'{"data":'
"""First bytes of a page of X: its posts may be long, so that only a collector's time is looked for in it first."""

_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_TID_DIGITS = {letter: value for value, letter in enumerate("234567abcdefghijklmnopqrstuvwxyz")}

_STAMP_MS = re.compile(rb'"timestamp_ms"\s*:\s*"?(\d{13})\b')
_TIME_US = re.compile(rb'"time_us"\s*:\s*"?(\d{13})\d{3}\b')
_VALUE = re.compile(rb'\s*:\s*("[^"]{10,40}"|\d{13}\b)')
_STATED = (
    (b'retrieved_at"', b'witnessedAt"', b'timestamp_collected"'),  # by a recorder
    (b'time"',),  # of an event
    (b'created_at"',),
    (b'indexedAt"', b'published"', b'updated"', b'redacted_at"', b'event_at"'),
    (b'createdAt"', b'date"', b'postedTime"'),  # by an author's client
)
"""Names of times, those that say most about the recording first; of names side by side the latest time counts.

They begin without their quote, which is too frequent a byte to search for."""

_PAYLOAD_CREATED_AT = re.compile(rb'created_at\\"\s*:\s*\\("[^"\\]{10,40})')
"""In the payload of a WebSocket event, which is JSON inside a JSON string."""

_REVISION = re.compile(rb'"rev"\s*:\s*"([2-7a-z]{13})"')


def record_time_ms(record: bytes) -> int | None:
    """Return the time of a record (ms UTC), None if the record states no plausible time."""
    if record.startswith(PAGE_BEGIN) and b'retrieved_at"' in record:
        latest = _latest(record, b'retrieved_at"')
        if latest:
            return latest
    stamped = _last_stamp(record)
    if stamped is not None:
        return stamped
    found = _TIME_US.search(record) if b'time_us"' in record else None
    if found is not None:
        return int(found[1])
    if b'payload"' in record:
        latest = max((_moment(value) or 0 for value in _PAYLOAD_CREATED_AT.findall(record)), default=0)
        if latest:
            return latest
    for names in _STATED:
        latest = max((_latest(record, name) for name in names), default=0)
        if latest:
            return latest
    revision = _REVISION.search(record)
    return _tid_ms(revision[1].decode()) if revision is not None else None


def _last_stamp(record: bytes) -> int | None:
    """Return the last `timestamp_ms` of a record, which is the outer record's; None where it has none."""
    at = record.rfind(b'timestamp_ms"')
    while at > 0:
        found = _STAMP_MS.match(record, at - 1)
        if found is not None:
            return int(found[1])
        at = record.rfind(b'timestamp_ms"', 0, at)
    return None


def _latest(record: bytes, name: bytes) -> int:
    """Return the latest time (ms UTC) that stands under a name anywhere in a record, 0 where none does."""
    latest = 0
    at = record.find(name)
    while at >= 0:
        found = _VALUE.match(record, at + len(name)) if record[at - 1 : at] == b'"' else None
        latest = max(latest, _moment(found[1]) or 0) if found is not None else latest
        at = record.find(name, at + len(name))
    return latest


def _tid_ms(text: str) -> int:
    value = 0
    for letter in text:
        value = value << 5 | _TID_DIGITS[letter]
    return (value >> 10) // 1000


@lru_cache(maxsize=20_000)
def _moment(text: bytes) -> int | None:
    """Return the time (ms UTC) at the beginning of a JSON value: a number of ms, ISO 8601, or X's own form."""
    if text[:1] != b'"':
        return int(text) if len(text) == 13 and text.isdigit() else None
    value = text[1:].split(b'"')[0].decode(errors="replace")
    try:
        if value[:4].isdigit():
            moment = datetime.fromisoformat(value.replace(" +", "+"))
            return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
        _, month, day, clock, zone, year = value.split()
        if zone != "+0000":
            return None
        hours, minutes, seconds = clock.split(":")
        fields = (int(year), _MONTHS[month], int(day), int(hours), int(minutes), int(seconds))
        return calendar.timegm(fields) * 1000
    except (ValueError, KeyError, OverflowError):
        return None
