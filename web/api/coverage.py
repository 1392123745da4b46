"""`/api/coverage`: rows of when each source was collected, for which search, and when it was not or in part, and why.

`coverage_row` gives a row the API's form, for charts too. At most `MAX_ROWS` rows are read.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response

from pipeline.store.contract import CoverageRow
from web.api.json_response import json_response
from web.process import Web
from web.request_parameters import time_ms

MAX_ROWS = 5_000
"""Most rows of coverage that are read for a response: the open ones and the newest others."""


def blueprint(web: Web) -> Blueprint:
    """Return the route of coverage."""
    routes = Blueprint("coverage", __name__)
    routes.add_url_rule("/api/coverage", "coverage", partial(coverage, web))
    return routes


def coverage(web: Web) -> Response:
    """Return the rows of coverage of a time."""
    since, until = time_ms("from"), time_ms("to")
    rows = web.chart_pool.run(lambda store: store.coverage(since=since, until=until, limit=MAX_ROWS))
    return json_response({"rows": [{**coverage_row(row), "search": row.search} for row in rows]})


def coverage_row(row: CoverageRow) -> dict[str, Any]:
    """Return a row of coverage as the API has it."""
    return {
        "source": row.source,
        "from": row.since,
        "to": row.until,
        "why": row.reason,
        "sampled": row.sampled,
        "collected_later": row.collected_later,
        "imported": row.imported,
    }
