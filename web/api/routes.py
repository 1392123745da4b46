"""The JSON API over what is stored. Posts pass through as bytes; nothing here decides what matches."""

from __future__ import annotations

import time
from typing import Any, cast, get_args

import msgspec
from flask import Flask, Response, request

from pipeline.query.syntax.operators import OPERATORS
from pipeline.query.syntax.syntax_forms import SYNTAX_FORMS
from pipeline.store.contract import CoverageRow, Reading, Sort, TopField
from pipeline.store.sort_key import parse_token
from web.api.explain import explain
from web.api.gaps import of_line
from web.faults import Refused
from web.parameters import choice, integer, moment, search_text
from web.process import Web

SORTS = get_args(Sort)
FIELDS = get_args(TopField)
MAX_POSTS = 500
MAX_TOP = 250
MIN_INTERVAL_MS = 1_000
MAX_BUCKETS = 5_000
"""Most buckets of a timeline; an interval that would give more is made longer."""
MAX_GAPS = 1_000
MAX_ROWS = 5_000
"""Most rows of coverage that are read for an answer: the open ones and the newest others."""


def answer(value: Any, status: int = 200) -> Response:
    """Return a JSON response."""
    return Response(msgspec.json.encode(value), status, mimetype="application/json")


def _took(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 2)


def _timed(body: bytes, start: float) -> Response:
    """Return a JSON object that may be another request's too, with the time this one took."""
    return Response(body[:-1] + b',"took_ms":%.2f}' % _took(start), mimetype="application/json")


def _page_token(sort: Sort) -> str | None:
    """Return `before`, None where it is not given."""
    before = request.args.get("before") or None
    if before is not None:
        try:
            parse_token(before, sort)
        except ValueError as error:
            raise Refused("bad_request", "before must be the `next` of a page in the same order.") from error
    return before


def install(app: Flask, web: Web) -> None:  # noqa: C901 - one short function a route
    """Add the routes."""

    @app.get("/api/search")
    def search() -> Response:
        start = time.perf_counter()
        query = web.parse(search_text())
        limit = integer("limit", 50, 1, MAX_POSTS)
        sort = cast("Sort", choice("sort", "latest", SORTS))
        before = _page_token(sort)
        since, until = moment("from"), moment("to")

        def read(reading: Reading) -> Any:
            return reading.search(query, limit=limit, before=before, sort=sort, since=since, until=until)

        page = web.readings.read(read)
        tail = {"next": page.next, "took_ms": _took(start), "query": query.canonical, "terms": list(query.terms)}
        body = b'{"posts":[' + b",".join(page.bodies) + b"]," + msgspec.json.encode(tail)[1:]
        return Response(body, mimetype="application/json")

    @app.get("/api/posts/<path:post_id>")
    def post(post_id: str) -> Response:
        found = web.readings.read(lambda reading: reading.posts([post_id]))
        if post_id not in found:
            raise Refused("not_found", "No such post is stored.")
        return Response(found[post_id], mimetype="application/json")

    @app.get("/api/timeline")
    def timeline() -> Response:
        start = time.perf_counter()
        query = web.parse(search_text())
        interval = integer("interval", None, MIN_INTERVAL_MS, 366 * 86_400_000)
        since, until = moment("from"), moment("to")

        def make() -> bytes:
            found = web.charts.read(
                lambda reading: reading.timeline(
                    query, interval_ms=interval, since=since, until=until, max_buckets=MAX_BUCKETS
                )
            )
            open_end = until is None and found.total > 0
            rows = web.charts.ask(
                lambda store: store.coverage(since=found.since, until=None if open_end else found.until, limit=MAX_ROWS)
            )
            named = set(web.sources) or set(web.settings.source)
            now = int(time.time() * 1000) if open_end else None
            end, gaps = of_line(rows, named, since=found.since, until=found.until, now=now)
            return msgspec.json.encode(
                {
                    "interval_ms": found.interval_ms,
                    "from": found.since,
                    "to": end,
                    "total": found.total,
                    "buckets": found.buckets,
                    "gaps": [{**gap_of(gap.row), "partial": gap.partial} for gap in gaps[-MAX_GAPS:]],
                }
            )

        return _timed(web.recent.get(("timeline", query.canonical, interval, since, until), make), start)

    @app.get("/api/top")
    def top() -> Response:
        start = time.perf_counter()
        query = web.parse(search_text())
        field = cast("TopField", choice("field", "words", FIELDS))
        limit = integer("limit", 25, 1, MAX_TOP)
        since, until = moment("from"), moment("to")

        def make() -> bytes:
            found = web.charts.read(lambda reading: reading.top(query, field, limit=limit, since=since, until=until))
            based_on = {"counted": found.counted, "matching": found.matching, "from": found.since, "to": found.until}
            return msgspec.json.encode({"field": field, "items": found.items, "based_on": based_on})

        return _timed(web.recent.get(("top", query.canonical, field, limit, since, until), make), start)

    @app.get("/api/coverage")
    def coverage() -> Response:
        since, until = moment("from"), moment("to")
        rows = web.charts.ask(lambda store: store.coverage(since=since, until=until, limit=MAX_ROWS))
        return answer({"rows": [{**gap_of(row), "search": row.search} for row in rows]})

    @app.get("/api/explain")
    def explained() -> Response:
        return answer(explain(web, search_text(), request.args.get("id") or None))

    @app.get("/api/language")
    def language() -> Response:
        operators = [
            {
                "name": row.name,
                "aliases": list(row.aliases),
                "example": row.example,
                "finds": row.finds,
                **({"values": list(row.choices)} if row.choices else {}),
            }
            for row in OPERATORS
        ]
        signs = [{"form": sign.form, "example": sign.example, "finds": sign.finds} for sign in SYNTAX_FORMS]
        return answer({"operators": operators, "signs": signs})


def gap_of(row: CoverageRow) -> dict[str, Any]:
    """Return a span of coverage as the wire has it."""
    return {"source": row.source, "from": row.since, "to": row.until, "why": row.reason, "sampled": row.sampled}
