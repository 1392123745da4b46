"""API errors: the one shape in which API, socket and event stream report an error, with its code, HTTP status and hint.

`ApiError` carries a code of `ERROR_CODES`. Errors of search, store and Redis get codes here too, with sentences of our
own: no text of a dependency goes out. A 503 says when to retry.
"""

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
from web.protocol.error_codes import ERROR_CODES
from web.protocol.server_messages import Fault

RETRY_AFTER_S = 2


class ApiError(MurmurError):
    """Raised by a route to answer with a code of `ERROR_CODES` and a sentence."""

    def __init__(self, code: str, message: str, status: int | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or ERROR_CODES[code].status
        self.hint = hint


def fault_of(error: MurmurError) -> Fault:  # noqa: PLR0911 - one line a kind
    """Return an error as the wire has it. No text of a dependency goes out."""
    if isinstance(error, QueryError):
        return Fault(error.code, error.message, error.position, error.hint)
    if isinstance(error, ApiError):
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
    if isinstance(error, ApiError):
        return error.status
    return ERROR_CODES[fault_of(error).code].status


def error_response(error: MurmurError) -> Response:
    """Return the JSON response of an error; a 503 carries Retry-After."""
    body = b'{"error":' + msgspec.json.encode(fault_of(error)) + b"}"
    response = Response(body, status_of(error), mimetype="application/json")
    if response.status_code == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response
