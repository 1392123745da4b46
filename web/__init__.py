"""The web process as a WSGI application: `create_app` joins page, API, live search, pictures, sign-in and middleware.

It reads the posts of the store and never writes them; decks are written here, batches, TRACK and standing searches go
to Redis. The application listens to
Redis where it runs under gevent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask

from pipeline.printable_text import protect_logs
from pipeline.settings import Settings, load
from pipeline.store.contract import Store
from web.pictures.fetcher import Fetcher
from web.server.slow_clients import PIECE_TIMEOUT_S, SlowClientLimit

__all__ = ["create_app"]

BODY_MAX_BYTES = 64 * 1024
"""Most bytes of a request body, but for `/api/ingest`."""


def create_app(
    settings: Settings | None = None,
    *,
    opener: Callable[[], Store] | None = None,
    fetcher: Fetcher | None = None,
    piece_timeout_s: float = PIECE_TIMEOUT_S,
) -> Flask:
    """Return the WSGI application, listening to Redis where it runs under gevent.

    Args:
        settings: the environment's by default.
        opener: opens a store; by default the one the settings name.
        fetcher: fetches pictures; by default from the public internet only.
        piece_timeout_s: seconds that a client may take for a piece of a body or of a response.

    Raises:
        SettingsError: a setting is wrong.
    """
    from web.api import charts, coverage, export, ingest, language, metrics, search, stats, track
    from web.api.decks import routes as decks
    from web.api.post import routes as post
    from web.auth import Auth
    from web.live import event_stream, websocket
    from web.pictures import routes as pictures
    from web.process import Web
    from web.site import allowed_hosts, compression, error_handlers, headers, health, page, sign_in, trusted_proxies

    settings = settings or load()
    protect_logs()
    logging.getLogger("web").setLevel(settings.log_level)
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX_BYTES
    app.url_map.strict_slashes = False
    web = Web(settings, opener, fetcher)
    app.extensions["murmur"] = web
    auth = Auth(settings)
    compression.install(app)
    headers.install(app)
    allowed_hosts.install(app, settings)
    sign_in.install(app, auth)
    error_handlers.install(app)
    for family in (page, health, post, search, charts, coverage, language, export, stats):
        app.register_blueprint(family.blueprint(web))
    intake = ingest.IngestIntake(settings, web.claims)
    app.register_blueprint(ingest.blueprint(intake, auth))
    app.register_blueprint(track.blueprint(web, auth))
    app.register_blueprint(decks.blueprint(web, auth))
    app.register_blueprint(metrics.blueprint(web, intake))
    app.register_blueprint(pictures.blueprint(web.pictures, enabled=settings.images != "off"))
    app.register_blueprint(event_stream.blueprint(web.admission))
    websocket.install(app, web.admission, auth, settings.allowed_origins)
    app.wsgi_app = SlowClientLimit(app.wsgi_app, piece_timeout_s)  # type: ignore[method-assign]  # as Flask documents it
    trusted_proxies.install(app, settings)
    web.start()
    return app
