"""The web: page, API, and the fan-out of live matches to browsers. It reads the store and Redis, and never ingests."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask

from pipeline.settings import Settings, load
from pipeline.store.contract import Store
from pipeline.terminal import protect_logs
from web.patience import PATIENCE_S, Patience
from web.pictures.fetching import Fetcher

__all__ = ["create_app"]


def create_app(
    settings: Settings | None = None,
    *,
    opener: Callable[[], Store] | None = None,
    fetcher: Fetcher | None = None,
    patience_s: float = PATIENCE_S,
) -> Flask:
    """Return the WSGI application, listening to Redis where it runs under gevent.

    Args:
        settings: the environment's by default.
        opener: opens a store; by default the one the settings name.
        fetcher: fetches pictures; by default from the public internet only.
        patience_s: how long a client may take for a piece of a body or of an answer.

    Raises:
        SettingsError: a setting is wrong.
    """
    from web import auth as signing
    from web.api import export, ingest, metrics, track
    from web.api import routes as api
    from web.live import sse, ws
    from web.pictures import images
    from web.process import Web
    from web.site import headers, hosts, proxies, routes

    settings = settings or load()
    protect_logs()
    logging.getLogger("web").setLevel(settings.log_level)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.url_map.strict_slashes = False
    web = Web(settings, opener)
    app.extensions["murmur"] = web
    auth = signing.Auth(settings)
    headers.install(app)
    hosts.install(app, settings)
    signing.install(app, auth)
    routes.install(app, web)
    api.install(app, web)
    export.install(app, web)
    sse.install(app, web)
    ingest.install(app, web, auth)
    track.install(app, web, auth)
    metrics.install(app, web)
    ws.install(app, web, auth)
    app.wsgi_app = Patience(app.wsgi_app, patience_s)  # type: ignore[method-assign]  # as Flask documents it
    proxies.install(app, settings)
    web.start()
    images.install(app, web, fetcher)
    return app
