"""`/api/search` (a page of a search's stored posts) and `/api/posts/<id>` (one stored post).

Posts pass through as the store's bytes, unparsed. `next` of a page is the `before` of the following one, valid for the
same order only.
"""

from __future__ import annotations

import time
from functools import partial
from typing import cast, get_args

import msgspec
from flask import Blueprint, Response, request

from pipeline.query.parser import parse
from pipeline.store.contract import Page, Reading, Sort
from pipeline.store.sort_key import parse_token
from web.api.json_response import took_ms
from web.api.post.absent_post import absent_post
from web.api.rankings import RankingWish, ranking_response
from web.api_errors import ApiError
from web.process import Web
from web.request_parameters import choice, integer, search_text, time_ms

SORTS = get_args(Sort)
MAX_POSTS = 500


def blueprint(web: Web) -> Blueprint:
    """Return the routes of stored posts."""
    routes = Blueprint("search", __name__)
    routes.add_url_rule("/api/search", "search", partial(search, web))
    routes.add_url_rule("/api/posts/<path:post_id>", "post", partial(post, web))
    return routes


def search(web: Web) -> Response:
    """Return a page of a search's posts."""
    start = time.perf_counter()
    query = parse(search_text())
    limit = integer("limit", 50, 1, MAX_POSTS)
    sort = cast("Sort", choice("sort", "latest", SORTS))
    before = _page_token(sort)
    since, until = time_ms("from"), time_ms("to")
    if choice("originals", "false", ("false", "true")) == "true":
        return ranking_response(web, query, RankingWish(sort, limit, before, since, until))

    def read(reading: Reading) -> Page:
        return reading.search(query, limit=limit, before=before, sort=sort, since=since, until=until)

    page = web.store_pool.read(read)
    tail = {"next": page.next, "took_ms": took_ms(start), "query": query.canonical, "terms": list(query.terms)}
    body = b'{"posts":[' + b",".join(page.bodies) + b"]," + msgspec.json.encode(tail)[1:]
    return Response(body, mimetype="application/json")


def post(web: Web, post_id: str) -> Response:
    """Return one stored post."""
    found = web.store_pool.read(lambda reading: reading.posts([post_id]))
    if post_id not in found:
        return absent_post(web.store_pool, post_id)
    return Response(found[post_id], mimetype="application/json")


def _page_token(sort: Sort) -> str | None:
    """Return `before`, None where it is not given."""
    before = request.args.get("before") or None
    if before is not None:
        try:
            parse_token(before, sort)
        except ValueError as error:
            raise ApiError("bad_request", "before must be the `next` of a page in the same order.") from error
    return before
