"""Security headers of every response, with a strict Content-Security-Policy."""

from __future__ import annotations

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
NO_STORE_PATHS = ("/api/", "/metrics", "/readyz", "/healthz", "/login")


def install(app: Flask) -> None:
    """Put the headers on every response of an app."""
    app.after_request(with_headers)


def with_headers(response: Response) -> Response:
    """Return the response with each header that it does not have yet."""
    # Safari does not take ws: for 'self'. A host with a character that ends a directive is left out.
    host = request.host if request.host.isascii() and not set(request.host) & set(" ;,'\"") else ""
    scheme = "wss" if request.is_secure else "ws"
    response.headers.setdefault("Content-Security-Policy", CSP.format(sockets=f" {scheme}://{host}" if host else ""))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.path.startswith(NO_STORE_PATHS):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
