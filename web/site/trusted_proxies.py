"""TRUSTED_PROXIES, a number: takes client address, scheme and host from the last so many entries of X-Forwarded-For,
-Proto and -Host.

Without the setting these headers are ignored, since any client may write them.
"""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from pipeline.settings import Settings


def install(app: Flask, settings: Settings) -> None:
    """Use the last TRUSTED_PROXIES entries of the headers."""
    count = settings.trusted_proxies
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask documents it
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=0, x_prefix=0
        )
