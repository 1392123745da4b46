"""The page, its files, and what an operator asks: alive, ready, numbers. No search is answered here."""

from __future__ import annotations

import importlib.metadata
import logging
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, request, send_from_directory
from gunicorn.http.errors import NoMoreData, ParseException
from werkzeug.exceptions import HTTPException

from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.errors import MurmurError
from web import faults
from web.api.routes import answer
from web.faults import Refused
from web.process import Web

log = logging.getLogger("web")

STATIC = Path(__file__).parents[1] / "static"
DEPTHS = (500, 5_000, 20_000)
NEXT_STEP = "SOURCE=bluesky make run"
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Murmuration</title>
<h1>The page is not built</h1><p>Run <code>make page</code> and reload. The API is at <code>/api/search?q=*</code>.</p>
</html>"""


_REFUSALS = {
    400: ("http", "This request is no HTTP that can be understood here."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method; `Allow` names those it takes."),
    408: ("http", "The body comes too slowly."),
    413: ("too_large", "The body is larger than this address takes."),
    416: ("http", "There is no such range of bytes."),
}
"""What Werkzeug refuses by itself, in our own words."""


def install(app: Flask, web: Web) -> None:  # noqa: C901 - one short function a route
    """Add the routes and the one shape of errors."""

    @app.get("/")
    @app.get("/d/<_deck>")
    def page(_deck: str = "") -> Response:
        if not (STATIC / "index.html").is_file():
            return Response(_NOT_BUILT, 503, mimetype="text/html")
        return _file("index.html", "no-cache")

    @app.get("/static/<path:name>")
    def static_file(name: str) -> Response:
        return _file(name, "public, max-age=31536000, immutable" if name.startswith("assets/") else "no-cache")

    @app.get("/api/page")
    def page_facts() -> Response:
        sources = _sources(web)
        return answer(
            {
                "sources": sources,
                "generated": bool(sources) and all(source["generated"] for source in sources),
                "next_step": NEXT_STEP,
                "images": web.settings.images,
                "depths": DEPTHS,
                "examples": web.examples.three(),
                "version": importlib.metadata.version("murmuration") if _installed() else "",
                "problem": web.problem,
            }
        )

    @app.get("/api/stats")
    def stats() -> Response:
        sources = _sources(web)
        indexed = web.indexed if web.started and web.tick_age_s < 5 else web.readings.ask(lambda store: store.indexed())
        lags = [source["lag_s"] for source in sources if source["lag_s"] is not None]
        return answer(
            {
                "indexed": indexed,
                "rate": web.rate,
                "connected": max(web.presence.connected, len(web.hub.clients)),
                "lag_s": max(lags) if lags else None,
                "searches": web.registry.count(),
                "sources": sources,
            }
        )

    @app.get("/healthz")
    def alive() -> Response:
        return answer({"alive": True})

    @app.get("/readyz")
    def ready() -> Response:
        problem = _problem(web)
        if problem:
            raise Refused("not_ready", problem)
        return answer({"ready": True, "store": web.identity, "indexed": web.indexed})

    @app.errorhandler(MurmurError)
    def ours(error: MurmurError) -> Response:
        if faults.status_of(error) >= 500 and not isinstance(error, Refused):
            log.warning("%s: %s: %s", request.path, type(error).__name__, error)
        return faults.answer(error)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        status = error.code or 500
        code, sentence = _REFUSALS.get(status, ("http", f"This request is refused: {error.name}."))
        response = faults.answer(Refused(code, sentence, status))
        for name in ("Allow", "Content-Range"):
            if name in (headers := error.get_response().headers):
                response.headers[name] = headers[name]
        return response

    @app.errorhandler(ParseException)
    @app.errorhandler(NoMoreData)
    def torn(_error: Exception) -> Response:
        """A body whose chunks are none, or that ends early: gunicorn says so only to who reads it."""
        response = faults.answer(Refused("bad_request", "The body ends early, or its chunks are none."))
        response.headers["Connection"] = "close"
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.error("%s failed", request.path, exc_info=error)
        return faults.answer(MurmurError())


def _file(name: str, cache: str) -> Response:
    """Return a file of the built page; the gzip beside it where the client takes that."""
    packed = f"{name}.gz"
    use_packed = request.accept_encodings["gzip"] > 0 and (STATIC / packed).is_file() and ".." not in name
    response = send_from_directory(
        STATIC, packed if use_packed else name, conditional=True, download_name=Path(name).name
    )
    if use_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = cache
    response.vary.add("Accept-Encoding")
    return response


def _installed() -> bool:
    try:
        importlib.metadata.version("murmuration")
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _sources(web: Web) -> list[dict[str, Any]]:
    """Return what the sources last said: from the ticks while they come, else from Redis."""
    if web.sources and web.tick_age_s < 5:
        return [msgspec.to_builtins(source) for source in web.sources.values()]
    with translate_redis_errors():
        texts = web.redis.mget([web.names.source_state(name) for name in web.settings.source])
    found = []
    for name, text in zip(web.settings.source, texts, strict=True):
        row = msgspec.json.decode(text) if text else {"name": name, "state": "starting"}
        blank = {"since": None, "lag_s": None, "detail": "", "generated": name == "demo"}
        found.append(blank | {key: row[key] for key in ("name", "state", *blank) if key in row})
    return found


def _problem(web: Web) -> str | None:
    """Return in one sentence why this process cannot serve, None if it can."""
    web.check_store()
    if web.problem:
        return web.problem
    try:
        web.order.safe()
    except MurmurError:
        return "Redis cannot be reached"
    try:
        web.readings.ask(lambda store: store.indexed())
    except MurmurError:
        return "the store cannot be reached"
    if web.outage is not None:
        return f"workers wait for the store: {web.outage.why}"
    return "this web process ends" if web.draining else None
