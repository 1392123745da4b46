"""HTTP responses of the simulated server that need no state: files of the built page, JSON, headers."""

from __future__ import annotations

import json
import mimetypes
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from websockets.datastructures import Headers
from websockets.http11 import Response

from tests.paths import PROJECT
from web.site.headers import CSP

STATIC = PROJECT / "web" / "static"
_POLICY = CSP.format(sockets=" ws:")
PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360">'
    b'<rect width="640" height="360" fill="#5b7fa6"/></svg>'
)


def response(status: int, body: bytes, kind: str = "application/json") -> Response:
    """Return a response with the product's Content-Security-Policy."""
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Content-Security-Policy": _POLICY})
    return Response(status, HTTPStatus(status).phrase, headers, body)


def answer(value: Any, status: int = 200) -> Response:
    """Return a response with a JSON body."""
    return response(status, json.dumps(value).encode())


def file(path: str) -> Response:
    """Return a response with a file of the built page, 404 where there is none."""
    name = "index.html" if path == "/" or path.startswith(("/p/", "/d/")) else unquote(path).removeprefix("/static/")
    found = (STATIC / name).resolve()
    if not found.is_relative_to(STATIC) or not found.is_file():
        return response(404, b"{}")
    return response(200, found.read_bytes(), mimetypes.guess_type(found.name)[0] or "application/octet-stream")
