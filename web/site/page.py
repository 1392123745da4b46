"""The page: `/`, addresses of decks and posts, its built files, and `/api/page` with what it needs before a search.

Files go out gzipped where a packed copy lies beside them; those with a hash in their name may be kept for ever.
"""

from __future__ import annotations

import importlib.metadata
from functools import partial
from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory

from web.api.json_response import json_response
from web.api.stats import reported_sources
from web.process import Web
from web.site.accepted_language import accepted_language
from web.site.example_searches import ExampleSearches

STATIC = Path(__file__).parents[1] / "static"
DEPTHS = (500, 5_000, 20_000)
"""Numbers of posts of history that the page offers."""
NEXT_STEP = "SOURCE=bluesky make run"
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Murmuration</title>
<h1>The page is not built</h1><p>Run <code>make page</code> and reload. The API is at <code>/api/search?q=*</code>.</p>
</html>"""


def blueprint(web: Web) -> Blueprint:
    """Return the routes of the page."""
    routes = Blueprint("page", __name__)
    routes.add_url_rule("/", "page", page)
    routes.add_url_rule("/d/<_deck>", "deck", page)
    routes.add_url_rule("/p/<path:post_id>", "post_page", post_page)
    routes.add_url_rule("/static/<path:name>", "static_file", static_file)
    routes.add_url_rule("/api/page", "facts", partial(facts, web, ExampleSearches(web.chart_pool)))
    return routes


def page(_deck: str = "") -> Response:
    """Return the page. The address names its deck, which the page itself reads."""
    if not (STATIC / "index.html").is_file():
        return Response(_NOT_BUILT, 503, mimetype="text/html")
    response = _file(_document(), "no-cache")
    response.vary.add("Accept-Language")
    return response


def _document() -> str:
    """Return the document that preloads the words of the first language that the browser accepts and the page has.

    It saves a request: a browser that gets the wrong one loads its words itself.
    """
    language = accepted_language(lambda one: one.isalpha() and (STATIC / f"index.{one}.html").is_file())
    return "index.html" if language == "en" else f"index.{language}.html"


def post_page(post_id: str) -> Response:  # noqa: ARG001 - the route names it
    """Return the page. The address names its post, which the page itself reads: the answer tells nothing of it."""
    return page()


def static_file(name: str) -> Response:
    """Return a file of the built page; names under assets/ hold a hash and never change."""
    return _file(name, "public, max-age=31536000, immutable" if name.startswith("assets/") else "no-cache")


def facts(web: Web, examples: ExampleSearches) -> Response:
    """Return sources, settings and example searches for the page."""
    sources = reported_sources(web)
    return json_response(
        {
            "sources": sources,
            "generated": bool(sources) and all(source["generated"] for source in sources),
            "next_step": NEXT_STEP,
            "images": web.settings.images,
            "depths": DEPTHS,
            "examples": examples.pick(),
            "version": _version(),
            "problem": web.store_identity.problem,
        }
    )


def _file(name: str, cache: str) -> Response:
    """Return a built file, or the gzip beside it where the client accepts that."""
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


def _version() -> str:
    try:
        return importlib.metadata.version("murmuration")
    except importlib.metadata.PackageNotFoundError:
        return ""
