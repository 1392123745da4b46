"""Stored posts: `/api/search` (a page of a search), `/api/unread`, `/api/posts/<id>` and its `versions`.

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
from web.api.json_response import json_response, page_body, took_ms
from web.api.post.absent_post import absent_post
from web.api.rankings import RankingWish, ranking_response
from web.api_errors import ApiError
from web.process import Web
from web.request_parameters import choice, integer, search_text, time_ms

SORTS = get_args(Sort)
MAX_POSTS = 500
MAX_UNREAD = 10_000
"""Most unread posts that one request counts."""
_MAX_SEQ = 2**53
"""Number above all sequence numbers that JavaScript can hold."""


class _Version(msgspec.Struct):
    version: int
    received_at: int


_decode_version = msgspec.json.Decoder(_Version).decode


def blueprint(web: Web) -> Blueprint:
    """Return the routes of stored posts."""
    routes = Blueprint("search", __name__)
    routes.add_url_rule("/api/search", "search", partial(search, web))
    routes.add_url_rule("/api/unread", "unread", partial(unread, web))
    routes.add_url_rule("/api/posts/<path:post_id>", "post", partial(post, web))
    routes.add_url_rule("/api/posts/<path:post_id>/versions", "versions", partial(versions, web))
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
    facts = {"next": page.next, "took_ms": took_ms(start), "query": query.canonical, "terms": list(query.terms)}
    return Response(page_body(page, facts), mimetype="application/json")


def unread(web: Web) -> Response:
    """Return how many of a search's posts are above a reader's marker.

    Counted are those up to the low watermark, which every client that follows the search is told of as `after`.
    """
    query = parse(search_text())
    read = integer("read", 0, 0, _MAX_SEQ)
    limit = integer("limit", MAX_UNREAD, 1, MAX_UNREAD)
    after = web.order.safe()
    found = web.store_pool.read(lambda reading: reading.unread(query, read=read, limit=limit, until=after))
    return json_response({"unread": found.count, "more": found.more, "after": after})


def versions(web: Web, post_id: str) -> Response:
    """Return the versions of a post that were seen, newest first; times are those of their storing (ms)."""
    found = web.store_pool.read(lambda reading: reading.versions(post_id))
    if not found:
        return absent_post(web.store_pool, post_id)
    seen = []
    for one in found:
        told = _decode_version(one.body)
        seen_at = one.since // 1_000 if one.since else told.received_at
        seen.append({"version": told.version, "seen_at": seen_at, "post": msgspec.Raw(one.body)})
    return json_response({"versions": seen})


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
