"""JSON responses: from any value, or from ready bytes with `took_ms`, the time that the request took, added.

A page of posts is put together from the posts' bytes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Response

from pipeline.store.contract import Page


def json_response(value: Any, status: int = 200) -> Response:
    """Return a JSON response."""
    return Response(msgspec.json.encode(value), status, mimetype="application/json")


def page_body(page: Page, facts: Mapping[str, object]) -> bytes:
    """Return the JSON of a page of posts, with facts about it and the entry numbers that its posts have."""
    tail = {**facts, "entered": page.entered} if page.entered else facts
    return b'{"posts":[' + b",".join(page.bodies) + b"]," + msgspec.json.encode(tail)[1:]


def took_ms(start: float) -> float:
    """Return the milliseconds since `start` (perf_counter)."""
    return round((time.perf_counter() - start) * 1000, 2)


def timed_response(body: bytes, start: float) -> Response:
    """Return a JSON object, which other requests may share, with the time that this request took."""
    return Response(body[:-1] + b',"took_ms":%.2f}' % took_ms(start), mimetype="application/json")
