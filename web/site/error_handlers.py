"""Error handlers: every error of every route becomes an API error, and nothing of our own text leaks."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from gunicorn.http.errors import NoMoreData, ParseException
from werkzeug.exceptions import HTTPException

from pipeline.errors import MurmurError
from web.api_errors import ApiError, error_response, status_of

log = logging.getLogger("web")

_REFUSALS = {
    400: ("http", "This request is no HTTP that can be understood here."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method; `Allow` names those it takes."),
    408: ("http", "The body comes too slowly."),
    413: ("too_large", "The body is larger than this address takes."),
    416: ("http", "There is no such range of bytes."),
}
"""Code and sentence for each status with which Werkzeug refuses a request by itself."""


def install(app: Flask) -> None:
    """Handle the errors of an app's routes."""
    app.register_error_handler(MurmurError, on_own_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(ParseException, on_torn_body)
    app.register_error_handler(NoMoreData, on_torn_body)
    app.register_error_handler(Exception, on_unexpected_error)


def on_own_error(error: MurmurError) -> Response:
    """Answer an error of the product."""
    if status_of(error) >= 500 and not isinstance(error, ApiError):
        log.warning("%s: %s: %s", request.path, type(error).__name__, error)
    return error_response(error)


def on_http_error(error: HTTPException) -> Response:
    """Answer a refusal of Werkzeug."""
    status = error.code or 500
    code, sentence = _REFUSALS.get(status, ("http", f"This request is refused: {error.name}."))
    response = error_response(ApiError(code, sentence, status))
    for name in ("Allow", "Content-Range"):
        if name in (headers := error.get_response().headers):
            response.headers[name] = headers[name]
    return response


def on_torn_body(_error: Exception) -> Response:
    """Answer a body that ends early or whose chunks are malformed; gunicorn notices that only when the body is read."""
    response = error_response(ApiError("bad_request", "The body ends early, or its chunks are none."))
    response.headers["Connection"] = "close"
    return response


def on_unexpected_error(error: Exception) -> Response:
    """Log an unexpected error and answer without its text."""
    log.error("%s failed", request.path, exc_info=error)
    return error_response(MurmurError())
