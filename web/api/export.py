"""`/api/export`: every match of a search, streamed page by page, so that memory does not grow with what is found."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

import msgspec
from flask import Flask, Response

from pipeline.query.tree import Query
from pipeline.store.contract import Page, Reading
from web.faults import Refused
from web.parameters import choice, search_text
from web.process import Web
from web.readings import EXPORTS_MAX

PAGE_POSTS = 500
FORMATS = ("jsonl", "csv", "ids")
COLUMNS = (
    "id", "url", "created_at", "source", "lang", "author", "author_name", "followers", "text",
    "replies", "reposts", "quotes", "likes", "reply_to", "repost_of", "quote_of", "hashtags", "links", "media",
)  # fmt: skip
TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv", "ids": "text/plain"}


def install(app: Flask, web: Web) -> None:
    """Add the route."""
    places = _Places()

    @app.get("/api/export")
    def export() -> Response:
        query = web.parse(search_text())
        kind = choice("format", "jsonl", FORMATS)
        places.take()
        try:
            pages = _pages(web, query)
            first = next(pages, [])  # so that an error still has its status
        except BaseException:
            places.give_back()
            raise
        response = Response(_rendered(kind, first, pages), mimetype=TYPES[kind])
        response.headers["Content-Disposition"] = f'attachment; filename="murmuration-{query.key}.{kind}"'
        response.headers["X-Accel-Buffering"] = "no"
        response.call_on_close(places.give_back)
        return response


class _Places:
    """How many exports are under way in this process."""

    def __init__(self) -> None:
        self._taken = 0

    def take(self) -> None:
        if self._taken >= EXPORTS_MAX:
            raise Refused("too_many_exports", f"{EXPORTS_MAX} exports are under way here; try again later.")
        self._taken += 1

    def give_back(self) -> None:
        self._taken -= 1


def _pages(web: Web, query: Query) -> Iterator[list[bytes]]:
    before: str | None = None
    while True:
        page = web.exports.read(_page(query, before), timeout_s=10.0)
        yield page.bodies
        before = page.next
        if before is None:
            return


def _page(query: Query, before: str | None) -> Callable[[Reading], Page]:
    return lambda reading: reading.search(query, limit=PAGE_POSTS, before=before)


def _rendered(kind: str, first: list[bytes], pages: Iterator[list[bytes]]) -> Iterator[bytes]:
    render = _RENDER[kind]
    if kind == "csv":
        yield _line(COLUMNS)
    if first:
        yield render(first)
    for bodies in pages:
        if bodies:
            yield render(bodies)


class _Id(msgspec.Struct):
    id: str


_ids = msgspec.json.Decoder(_Id)


def _render_ids(bodies: list[bytes]) -> bytes:
    return b"".join(_ids.decode(body).id.encode() + b"\n" for body in bodies)


def _render_jsonl(bodies: list[bytes]) -> bytes:
    return b"\n".join(bodies) + b"\n"


def _render_csv(bodies: list[bytes]) -> bytes:
    return b"".join(_line(row_of(msgspec.json.decode(body))) for body in bodies)


_RENDER: dict[str, Callable[[list[bytes]], bytes]] = {
    "jsonl": _render_jsonl,
    "csv": _render_csv,
    "ids": _render_ids,
}


def row_of(post: dict[str, object]) -> tuple[object, ...]:
    """Return the CSV row of a wire post; the words of a repost are its original's."""
    shown = post.get("original") if not post.get("text") and isinstance(post.get("original"), dict) else post
    author, counts = _dict(post, "author"), _dict(post, "counts")
    return (
        post["id"], post.get("url"), post["created_at"], post["source"], post.get("lang"),
        author.get("handle"), author.get("name"), author.get("followers"), _dict({"shown": shown}, "shown").get("text"),
        counts.get("replies"), counts.get("reposts"), counts.get("quotes"), counts.get("likes"),
        _dict(post, "reply_to").get("id"), post.get("repost_of"), post.get("quote_of"),
        " ".join(map(str, _list(shown, "hashtags"))),
        " ".join(str(link.get("url")) for link in _list(shown, "links") if isinstance(link, dict)),
        " ".join(str(item.get("url")) for item in _list(shown, "media") if isinstance(item, dict)),
    )  # fmt: skip


def _dict(of: object, name: str) -> dict[str, object]:
    value = of.get(name) if isinstance(of, dict) else None
    return value if isinstance(value, dict) else {}


def _list(of: object, name: str) -> list[object]:
    value = of.get(name) if isinstance(of, dict) else None
    return value if isinstance(value, list) else []


def _line(values: tuple[object, ...]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([cell(value) for value in values])
    return out.getvalue().encode()


def cell(value: object) -> object:
    """Return a value that no spreadsheet takes for a formula: text that begins like one gets an apostrophe."""
    if isinstance(value, str) and value.lstrip(" \t\r\n\0\ufeff")[:1] in (
        "=",
        "+",
        "-",
        "@",
        "＝",
        "＋",
        "－",
        "＠",
        "|",
        "%",
    ):
        return "'" + value
    if isinstance(value, str) and value[:1] in ("\t", "\r", "\n"):
        return "'" + value
    return "" if value is None else value
