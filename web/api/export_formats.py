"""Export formats: wire posts as JSON lines, as CSV that no spreadsheet takes for formulas, or as ids."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator

import msgspec

CSV_COLUMNS = (
    "id", "url", "created_at", "source", "lang", "author", "author_name", "followers", "text",
    "replies", "reposts", "quotes", "likes", "reply_to", "repost_of", "quote_of", "hashtags", "links", "media",
)  # fmt: skip
TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv", "ids": "text/plain"}
"""Media type of each format."""
FORMATS = tuple(TYPES)
_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")


def rendered(kind: str, pages: Iterable[list[bytes]]) -> Iterator[bytes]:
    """Yield the file of a format (one of `FORMATS`), a piece for each page of wire posts."""
    render = _RENDER[kind]
    if kind == "csv":
        yield _line(CSV_COLUMNS)
    for bodies in pages:
        if bodies:
            yield render(bodies)


class _PostId(msgspec.Struct):
    id: str


_ids = msgspec.json.Decoder(_PostId)


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
    """Return the CSV row of a wire post. A repost without text of its own shows its original's."""
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
    """Return a cell that no spreadsheet takes for a formula: text that begins like a formula gets an apostrophe."""
    if isinstance(value, str) and value.lstrip(" \t\r\n\0\ufeff")[:1] in _FORMULA_SIGNS:
        return "'" + value
    if isinstance(value, str) and value[:1] in ("\t", "\r", "\n"):
        return "'" + value
    return "" if value is None else value
