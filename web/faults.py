"""What an error becomes on the wire: one shape for API, socket and event stream. No error is decided here."""

from __future__ import annotations

import msgspec
from flask import Response

from pipeline.errors import (
    BrokerUnavailable,
    MurmurError,
    QueryError,
    QueryTimeout,
    StoreError,
    StoreUnavailable,
)
from web.protocol import Fault

STATUS = {
    "bad_request": 400,
    "unknown_host": 421,
    "bad_origin": 403,
    "signed_out": 401,
    "bad_token": 401,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_many_searches": 429,
    "too_many_streams": 503,
    "too_many_exports": 503,
    "writing_off": 403,
    "too_large": 413,
    "queue_full": 503,
    "search_conflict": 409,
    "query_timeout": 503,
    "store_unavailable": 503,
    "broker_unavailable": 503,
    "not_ready": 503,
    "images_off": 404,
    "bad_image": 502,
    "http": 400,
    "internal": 500,
}


class Refused(MurmurError):
    """Raised by a route to answer with an error code of `protocol.ERRORS` and a sentence."""

    def __init__(self, code: str, message: str, status: int | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or STATUS[code]
        self.hint = hint


def fault(error: MurmurError) -> Fault:  # noqa: PLR0911 - one line a kind
    """Return what a client is told of an error. Nothing of a dependency's own text goes out."""
    if isinstance(error, QueryError):
        return Fault(error.code, error.message, error.position, error.hint)
    if isinstance(error, Refused):
        return Fault(error.code, error.message, hint=error.hint)
    if isinstance(error, QueryTimeout):
        return Fault("query_timeout", "This search took too long and was stopped.", hint="Narrow it down.")
    if isinstance(error, StoreUnavailable):
        return Fault("store_unavailable", "The store cannot be reached now. It is tried again.")
    if isinstance(error, BrokerUnavailable):
        return Fault("broker_unavailable", "Redis cannot be reached now. It is tried again.")
    if isinstance(error, StoreError):
        return Fault("store_unavailable", "The store refused this search.")
    return Fault("internal", "Something went wrong here. It was logged.")


def status_of(error: MurmurError) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, QueryError):
        return 400
    if isinstance(error, Refused):
        return error.status
    return STATUS[fault(error).code]


def answer(error: MurmurError) -> Response:
    """Return the JSON response of an error."""
    body = b'{"error":' + msgspec.json.encode(fault(error)) + b"}"
    response = Response(body, status_of(error), mimetype="application/json")
    if response.status_code == 503:
        response.headers["Retry-After"] = "2"
    return response
