"""`/api/timeline` (counts over time, with gaps of coverage) and `/api/top` (most frequent values) of a search's posts.

Requests for the same chart within two seconds share one response.
"""

from __future__ import annotations

import time
from functools import partial
from typing import cast, get_args

import msgspec
from flask import Blueprint, Response

from pipeline.query.parser import parse
from pipeline.query.tree import Query
from pipeline.store.contract import Reading, Timeline, TopField
from web.api.coverage import MAX_ROWS, coverage_row
from web.api.coverage_gaps import end_and_gaps
from web.api.json_response import timed_response
from web.api.timeline_buckets import OutlyingPosts, TimelineWish, read_focused_timeline, read_timeline
from web.process import Web
from web.request_parameters import choice, integer, search_text, time_ms, time_zone

TOP_FIELDS = get_args(TopField)
MAX_TOP = 250
MIN_INTERVAL_MS = 1_000
MAX_INTERVAL_MS = 366 * 86_400_000
MAX_GAPS = 1_000


def blueprint(web: Web) -> Blueprint:
    """Return the routes of charts."""
    routes = Blueprint("charts", __name__)
    routes.add_url_rule("/api/timeline", "timeline", partial(timeline, web))
    routes.add_url_rule("/api/top", "top", partial(top, web))
    return routes


def timeline(web: Web) -> Response:
    """Return a search's counts over time, and the gaps of coverage in that time."""
    start = time.perf_counter()
    query = parse(search_text())
    interval = integer("interval", None, MIN_INTERVAL_MS, MAX_INTERVAL_MS)
    wish = TimelineWish(interval, time_ms("from"), time_ms("to"), time_zone("zone"))
    focused = choice("span", "all", ("all", "most")) == "most" and wish.since is None and wish.until is None
    make = partial(_timeline, web, query, wish, focused=focused)
    return timed_response(web.chart_cache.get(("timeline", query.canonical, wish, focused), make), start)


def _timeline(web: Web, query: Query, wish: TimelineWish, *, focused: bool) -> bytes:
    def read(reading: Reading) -> tuple[Timeline, list[OutlyingPosts]]:
        return read_focused_timeline(reading, query, wish) if focused else (read_timeline(reading, query, wish), [])

    found, outlying = web.chart_pool.read(read)
    open_end = wish.until is None and found.total > 0
    rows = web.chart_pool.run(
        lambda store: store.coverage(since=found.since, until=None if open_end else found.until, limit=MAX_ROWS)
    )
    named = set(web.status.sources) or set(web.settings.source)
    now = int(time.time() * 1000) if open_end else None
    end, gaps = end_and_gaps(rows, named, since=found.since, until=found.until, now=now)
    return msgspec.json.encode(
        {
            "interval_ms": found.interval_ms,
            "from": found.since,
            "to": end,
            "total": found.total,
            "buckets": found.buckets,
            "zone": wish.zone.key if wish.zone else "UTC",
            "outlying": [{"from": side.since, "to": side.until, "count": side.count} for side in outlying],
            "gaps": [{**coverage_row(gap.row), "partial": gap.partial} for gap in gaps[-MAX_GAPS:]],
        }
    )


def top(web: Web) -> Response:
    """Return the most frequent values of a field among a search's posts."""
    start = time.perf_counter()
    query = parse(search_text())
    field = cast("TopField", choice("field", "words", TOP_FIELDS))
    limit = integer("limit", 25, 1, MAX_TOP)
    since, until = time_ms("from"), time_ms("to")

    def make() -> bytes:
        found = web.chart_pool.read(lambda reading: reading.top(query, field, limit=limit, since=since, until=until))
        based_on = {
            "counted": found.counted,
            "matching": found.matching,
            "from": found.since,
            "to": found.until,
            "authors": found.authors,
            "languages": found.languages,
        }
        return msgspec.json.encode({"field": field, "items": found.items, "based_on": based_on})

    return timed_response(web.chart_cache.get(("top", query.canonical, field, limit, since, until), make), start)
