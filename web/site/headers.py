"""Security headers on every answer, a strict Content-Security-Policy, and compression of what is worth it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from flask import Flask, Response, request

CSP = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'{sockets}; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
HSTS = "max-age=31536000"
COMPRESS_FROM_BYTES = 1_024
TEXT_TYPES = ("text/", "application/json", "application/x-ndjson", "image/svg")
_LEVEL = 5


def install(app: Flask) -> None:
    """Put them on every response of an app."""

    @app.after_request
    def finish(response: Response) -> Response:
        # Safari does not count ws: as 'self'. The host is checked for what a header value may hold.
        host = request.host if request.host.isascii() and not set(request.host) & set(" ;,'\"") else ""
        scheme = "wss" if request.is_secure else "ws"
        response.headers.setdefault(
            "Content-Security-Policy", CSP.format(sockets=f" {scheme}://{host}" if host else "")
        )
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        if request.path.startswith(("/api/", "/metrics", "/readyz", "/healthz", "/login")):
            response.headers.setdefault("Cache-Control", "no-store")
        return compressed(response)


def compressed(response: Response) -> Response:
    """Return the response gzipped where the client takes it and it is text of some size.

    Standard zlib and these lines, not a library: one encoding, no cache, streams pass through piece by piece. Event
    streams are left alone: each event must go out at once.
    """
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
