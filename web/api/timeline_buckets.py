"""Buckets of a timeline as a reader looks at them: by the reader's own days, and over the span where the posts are.

The stores count by equal lengths from 1970 on. Days of a zone have 23, 24 or 25 hours, so finer counts are added up
between the midnights of the zone; every store gives the same result that way. A few posts of long before or after the
others are left out of the span on request, and told by time and number.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from math import gcd
from zoneinfo import ZoneInfo

from pipeline.query.tree import Query
from pipeline.store.contract import Reading, Timeline

TIMELINE_MAX_BUCKETS = 5_000
"""Most buckets of a timeline; an interval that would give more is made longer."""

_HOUR_MS = 3_600_000
_DAY_MS = 24 * _HOUR_MS
_EPOCH = date(1970, 1, 1).toordinal()

_MAX_OUTLYING_POSTS = 10
_LEAST_POSTS = 10
"""Posts from which a search can have outlying ones."""

_TIMES_SHORTER = 20
"""How many times shorter the span is without outlying posts, at least."""

_MAX_STEPS = 8


@dataclass(frozen=True, slots=True)
class OutlyingPosts:
    """Posts long before or after all others: the first and last time (ms, end exclusive), and their number."""

    since: int
    until: int
    count: int


@dataclass(frozen=True, slots=True)
class TimelineWish:
    """Interval and span of a timeline (ms, None: by the posts), and the zone whose days count (None: those of UTC)."""

    interval_ms: int | None = None
    since: int | None = None
    until: int | None = None
    zone: ZoneInfo | None = None


def read_timeline(reading: Reading, query: Query, wish: TimelineWish) -> Timeline:
    """Return counts by time; from an hour's interval on, the buckets are those of the zone's days."""
    read = partial(reading.timeline, query, since=wish.since, until=wish.until)
    found = read(interval_ms=wish.interval_ms, max_buckets=TIMELINE_MAX_BUCKETS)
    if wish.zone is None or not found.buckets or found.interval_ms < _HOUR_MS:
        return found
    try:
        edges = local_edges(found.buckets[0][0], found.buckets[-1][0] + found.interval_ms, found.interval_ms, wish.zone)
    except (ValueError, OverflowError):  # the last days of the year 9999
        return found
    if all(edge % found.interval_ms == 0 for edge in edges):
        return found
    counts: Counter[int] = Counter()
    for start, count in read(interval_ms=gcd(*edges)).buckets:
        counts[edges[bisect_right(edges, start) - 1]] += count
    return replace(found, buckets=sorted(counts.items()))


def read_focused_timeline(reading: Reading, query: Query, wish: TimelineWish) -> tuple[Timeline, list[OutlyingPosts]]:
    """Return the counts over the span where the posts are, and what lies before and after it. `total` counts both."""
    whole = found = read_timeline(reading, query, replace(wish, zone=None))
    spare = min(_MAX_OUTLYING_POSTS, max(2, whole.total // 100)) if whole.total >= _LEAST_POSTS else 0
    before = after = 0
    for _ in range(_MAX_STEPS):
        span = _dense_span(found, spare - before - after)
        if span is None:
            break
        before += sum(count for start, count in found.buckets if start < span[0])
        after += sum(count for start, count in found.buckets if start >= span[1])
        found = _tightened(reading, query, wish, span)
    if wish.zone is not None:
        ends = (found.since, found.until) if before + after else (None, None)
        found = read_timeline(reading, query, replace(wish, since=ends[0], until=ends[1]))
    sides = OutlyingPosts(whole.since, found.since, before), OutlyingPosts(found.until, whole.until, after)
    return replace(found, total=whole.total), [side for side in sides if side.count]


def _tightened(reading: Reading, query: Query, wish: TimelineWish, span: tuple[int, int]) -> Timeline:
    """Return the counts over a span without the empty time at its ends."""
    while True:
        found = read_timeline(reading, query, replace(wish, since=span[0], until=span[1], zone=None))
        ends = max(span[0], found.buckets[0][0]), min(span[1], found.buckets[-1][0] + found.interval_ms)
        if 2 * (ends[1] - ends[0]) > span[1] - span[0]:
            return replace(found, since=ends[0], until=ends[1])
        span = ends


def _dense_span(found: Timeline, spare: int) -> tuple[int, int] | None:
    """Return the span that leaves out the fewest posts, `spare` at most, and is much shorter; None where none is."""
    best: tuple[int, int, int] | None = None
    buckets = found.buckets if spare > 0 else []
    for first, before in _left_out([count for _, count in buckets], spare):
        for last, after in _left_out([count for _, count in buckets[first:][::-1]], spare - before):
            start, end = buckets[first][0], buckets[len(buckets) - 1 - last][0] + found.interval_ms
            far = before + after and (end - start) * _TIMES_SHORTER <= found.until - found.since
            if far and (best is None or (before + after, end - start) < (best[0], best[2] - best[1])):
                best = before + after, start, end
    return best[1:] if best else None


def _left_out(counts: list[int], spare: int) -> Iterator[tuple[int, int]]:
    """Yield how many buckets can be left out at the beginning, and the posts in them: `spare` at most."""
    total = 0
    for number, count in enumerate(counts):
        if total > spare:
            return
        yield number, total
        total += count


def local_edges(since: int, until: int, interval_ms: int, zone: ZoneInfo) -> list[int]:
    """Return where the buckets of a zone begin, from the one that holds `since` to the end of that before `until` (ms).

    Buckets of a day and more are whole days of the zone. Shorter ones divide its days by the clock on the wall. An
    interval that fits no day has buckets of equal length.
    """
    by_days = interval_ms % _DAY_MS == 0
    if not by_days and _DAY_MS % interval_ms:
        return list(range(since // interval_ms * interval_ms, until + interval_ms, interval_ms))
    days = max(1, interval_ms // _DAY_MS)
    first = datetime.fromtimestamp(since / 1000, zone).date().toordinal()
    first -= (first - _EPOCH) % days
    last = datetime.fromtimestamp((until - 1) / 1000, zone).date().toordinal() + days
    edges: set[int] = set()
    for ordinal in range(first, last + 1, days):
        midnight = datetime.combine(date.fromordinal(ordinal), datetime.min.time())
        for ms in range(0, _DAY_MS, min(interval_ms, _DAY_MS)):
            edges.update(_instants(midnight + timedelta(milliseconds=ms), zone, twice=not by_days))
    return sorted(edges)


def _instants(wall: datetime, zone: ZoneInfo, *, twice: bool) -> Iterator[int]:
    """Yield the times (ms) at which a clock in the zone shows this; where it never does, that of the change."""
    yield int(wall.replace(tzinfo=zone).timestamp() * 1000)
    if twice:
        again = wall.replace(tzinfo=zone, fold=1).timestamp()
        if datetime.fromtimestamp(again, zone).replace(tzinfo=None) == wall:
            yield int(again * 1000)
