"""Rankings of originals: a page of a search's originals in an order, and the number of all that were ranked.

`/api/search` answers so with `originals=true`. A ranking may read every match, so it is a chart to the store: it waits
for charts only, and equal requests within two seconds share one response.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from flask import Response

from pipeline.query.tree import Query
from pipeline.query.without_reposts import without_reposts
from pipeline.store.contract import Page, Reading, Sort
from web.api.json_response import page_body, timed_response
from web.process import Web

RANKING_TIMEOUT_S = 8.0
"""Seconds that a ranking may take: it reads each match, about a second a million (SQLite)."""


class RankingWish(NamedTuple):
    """Request of a page of a ranking: order, size of the page, token of the page before, and the span (ms)."""

    sort: Sort
    limit: int
    before: str | None
    since: int | None
    until: int | None


def ranking_response(web: Web, query: Query, wish: RankingWish) -> Response:
    """Return a page of a ranking; `values` are what its posts were ranked by.

    The first page has the number of ranked originals (`matching`)."""
    start = time.perf_counter()
    originals = without_reposts(query)

    def read(reading: Reading) -> tuple[Page, int | None]:
        page = reading.search(
            originals, limit=wish.limit, before=wish.before, sort=wish.sort, since=wish.since, until=wish.until
        )
        matching = None if wish.before else reading.count(originals, since=wish.since, until=wish.until)
        return page, matching

    def make() -> bytes:
        page, matching = web.chart_pool.read(read, timeout_s=RANKING_TIMEOUT_S)
        facts = {
            "values": page.values,
            "next": page.next,
            "matching": matching,
            "query": query.canonical,
            "terms": list(query.terms),
        }
        return page_body(page, facts)

    return timed_response(web.chart_cache.get(("ranking", query.canonical, wish), make), start)
