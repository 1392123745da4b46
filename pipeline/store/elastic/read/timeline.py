"""Timeline of a search: counts of matches by time bucket, and the span and bucket length where none is given.

The server counts the matches of a search that it decides exactly; of other searches the caller passes the times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from pipeline.store.contract import Timeline
from pipeline.store.elastic.cluster.search_answers import SearchAnswer
from pipeline.store.elastic.read.compile_query import Dsl
from pipeline.store.elastic.read.point_in_time import PointInTime
from pipeline.store.timeline_intervals import interval_for

BUCKETS_AT_ONCE = 1_000
"""Most buckets in one answer."""


class _Edge(msgspec.Struct):
    value: float | None = None


class _Edges(msgspec.Struct):
    first: _Edge = msgspec.field(default_factory=_Edge)
    last: _Edge = msgspec.field(default_factory=_Edge)


class _Ends(SearchAnswer):
    aggregations: _Edges = msgspec.field(default_factory=_Edges)


class _Key(msgspec.Struct):
    at: int


class _Bucket(msgspec.Struct):
    key: _Key
    doc_count: int


class _Buckets(msgspec.Struct):
    buckets: list[_Bucket] = []
    after_key: _Key | None = None


class _Times(msgspec.Struct):
    times: _Buckets = msgspec.field(default_factory=_Buckets)


class _Bucketed(SearchAnswer):
    aggregations: _Times = msgspec.field(default_factory=_Times)


@dataclass(frozen=True, slots=True)
class TimelineRequest:
    """Arguments of `contract.Reading.timeline`; times in ms."""

    interval_ms: int | None = None
    since: int | None = None
    until: int | None = None
    max_buckets: int | None = None


def timeline(
    view: PointInTime,
    conditions: Sequence[Dsl],
    times: Sequence[int] | None,
    request: TimelineRequest,
) -> Timeline:
    """Return the counts of posts that meet all conditions, or of posts at `times` (ms, newest first) if given."""
    interval_ms, since, until = request.interval_ms, request.since, request.until
    if times is None:
        ends = _ends(view, conditions) if since is None or until is None or interval_ms is None else (since, until - 1)
    else:
        ends = (times[-1], times[0]) if times else None
    if ends is None:
        start = since or 0
        return Timeline(interval_for(0, interval_ms), [], 0, start, until if until is not None else start)
    since = ends[0] if since is None else since
    until = ends[1] + 1 if until is None else until
    interval = interval_for(until - since, interval_ms, request.max_buckets)
    if times is None:
        buckets = _bucketed(view, conditions, interval)
    else:
        buckets = sorted(Counter(at // interval * interval for at in times).items())
    return Timeline(interval, buckets, sum(number for _, number in buckets), since, until)


def _ends(view: PointInTime, conditions: Sequence[Dsl]) -> tuple[int, int] | None:
    """Return when (ms) the oldest and the newest post that meet the conditions were created; None if there is none."""
    aggs = {"first": {"min": {"field": "created_at"}}, "last": {"max": {"field": "created_at"}}}
    edges = view.search(_aggregation(conditions, aggs), _Ends).aggregations
    if edges.first.value is None or edges.last.value is None:
        return None
    return int(edges.first.value), int(edges.last.value)


def _bucketed(view: PointInTime, conditions: Sequence[Dsl], interval_ms: int) -> list[tuple[int, int]]:
    """Return the (start in ms, count) of every bucket that is not empty, requested some at a time."""
    source = {"at": {"date_histogram": {"field": "created_at", "fixed_interval": f"{interval_ms}ms"}}}
    composite: dict[str, Any] = {"size": BUCKETS_AT_ONCE, "sources": [source]}
    found: list[tuple[int, int]] = []
    while True:
        answer = view.search(
            _aggregation(conditions, {"times": {"composite": composite}}), _Bucketed
        ).aggregations.times
        found += [(bucket.key.at, bucket.doc_count) for bucket in answer.buckets]
        if len(answer.buckets) < BUCKETS_AT_ONCE or answer.after_key is None:
            return found
        composite["after"] = {"at": answer.after_key.at}


def _aggregation(conditions: Sequence[Dsl], aggs: dict[str, Any]) -> dict[str, Any]:
    return {"query": {"bool": {"filter": list(conditions)}}, "size": 0, "track_total_hits": False, "aggs": aggs}
