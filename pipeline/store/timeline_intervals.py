"""Timeline intervals: the bucket length (ms) that cuts a span of time into a readable number of buckets.

A wanted length is kept unless it gives more buckets than the caller allows.
"""

from __future__ import annotations

_HOUR, _DAY = 3_600, 86_400
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800)
_DAYS = (1, 2, 4, 7, 14, 28, 56, 112, 224, 364)
_LONGER = (_HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, *(days * _DAY for days in _DAYS))
INTERVALS_MS = tuple(seconds * 1_000 for seconds in (*_SECONDS, *_LONGER))
DEFAULT_MAX_BUCKETS = 120


def interval_for(span_ms: int, wanted_ms: int | None = None, max_buckets: int | None = None) -> int:
    """Return the wanted interval, else the finest that cuts a span into at most `DEFAULT_MAX_BUCKETS` buckets (ms).

    Where the wanted interval would give more than `max_buckets`, the finest that does not is returned instead.
    """
    most = DEFAULT_MAX_BUCKETS
    if wanted_ms is not None:
        # A span that begins and ends inside a bucket touches up to two more buckets than its length holds.
        if max_buckets is None or span_ms // wanted_ms + 2 <= max_buckets:
            return wanted_ms
        most = max_buckets - 2
    for interval in INTERVALS_MS:
        if span_ms // interval < most:
            return interval
    return INTERVALS_MS[-1] * (span_ms // (INTERVALS_MS[-1] * most) + 1)
