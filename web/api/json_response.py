"""JSON responses, with the time that a request took."""

from __future__ import annotations

import time
from typing import Any

import msgspec
from flask import Response


def json_response(value: Any, status: int = 200) -> Response:
    """Return a JSON response."""
    return Response(msgspec.json.encode(value), status, mimetype="application/json")


def took_ms(start: float) -> float:
    """Return the milliseconds since `start` (perf_counter)."""
    return round((time.perf_counter() - start) * 1000, 2)


def timed_response(body: bytes, start: float) -> Response:
    """Return a JSON object, which other requests may share, with the time that this request took."""
    return Response(body[:-1] + b',"took_ms":%.2f}' % took_ms(start), mimetype="application/json")
