"""TRUSTED_PROXIES: how many proxies in front may say who the client is (X-Forwarded-For, -Proto, -Host).

None by default: then whatever a client writes into these headers is ignored.
"""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from pipeline.settings import Settings


def install(app: Flask, settings: Settings) -> None:
    """Believe the last TRUSTED_PROXIES entries of the headers, no more."""
    count = settings.trusted_proxies
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask documents it
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=0, x_prefix=0
        )
