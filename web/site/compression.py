"""Compression: gzip of text responses for clients that accept it.

Standard zlib and these lines instead of a library: one encoding, no cache, and streams pass through piece by piece.
Event streams are left alone, since each event must go out at once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from flask import Flask, Response, request

COMPRESS_FROM_BYTES = 1_024
TEXT_TYPES = ("text/", "application/json", "application/x-ndjson", "image/svg")
_LEVEL = 5


def install(app: Flask) -> None:
    """Compress the responses of an app."""
    app.after_request(compressed)


def compressed(response: Response) -> Response:
    """Return the response, with gzip where the client accepts it and the response is text of some size."""
    kind = response.mimetype or ""
    if (
        response.status_code != 200
        or not kind.startswith(TEXT_TYPES)
        or kind == "text/event-stream"
        or "Content-Encoding" in response.headers
    ):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0 or request.method == "HEAD" or response.direct_passthrough:
        return response
    if response.is_streamed:
        response.headers["Content-Encoding"] = "gzip"
        response.headers.pop("Content-Length", None)
        response.response = _stream(response.iter_encoded())
    elif len(response.get_data()) >= COMPRESS_FROM_BYTES:
        machine = zlib.compressobj(_LEVEL, wbits=31)
        response.set_data(machine.compress(response.get_data()) + machine.flush())
        response.headers["Content-Encoding"] = "gzip"
    return response


def _stream(parts: Iterator[bytes]) -> Iterator[bytes]:
    machine = zlib.compressobj(_LEVEL, wbits=31)
    for part in parts:
        data = machine.compress(part)
        if data:
            yield data
    yield machine.flush()
