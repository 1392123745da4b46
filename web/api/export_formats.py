"""Export formats: posts as JSON lines, as CSV that no spreadsheet takes for formulas, or as ids only.

A format is rendered page by page. In CSV a repost without text shows its original's.
"""

from __future__ import annotations

import csv
import io
import string
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from pipeline.post import Post

CSV_COLUMNS = (
    "id", "url", "created_at", "source", "lang", "author", "author_name", "followers", "text",
    "replies", "reposts", "quotes", "likes", "reply_to", "repost_of", "quote_of", "hashtags", "links", "media",
)  # fmt: skip
TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv", "ids": "text/plain"}
"""Media type of each format."""
FORMATS = tuple(TYPES)
_FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")
_HARMLESS = frozenset(string.ascii_letters + string.digits)
"""First characters that begin no formula and are no blanks."""


def rendered(kind: str, pages: Iterable[list[bytes]]) -> Iterator[bytes]:
    """Yield the file of a format (one of `FORMATS`), a piece for each page of wire posts."""
    render = _RENDER[kind]
    if kind == "csv":
        yield csv_lines([CSV_COLUMNS])
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
    return csv_lines(row_of(post, post.original) for post in map(_posts.decode, bodies))


_RENDER: dict[str, Callable[[list[bytes]], bytes]] = {
    "jsonl": _render_jsonl,
    "csv": _render_csv,
    "ids": _render_ids,
}


class _StoredPost(Post):
    original: Post | None = None


_posts = msgspec.json.Decoder(_StoredPost)


def row_of(post: Post, original: Post | None) -> tuple[object, ...]:
    """Return the CSV row of a post. A repost without text of its own shows its original's."""
    shown = original if original is not None and not post.text else post
    author, counts = post.author, post.counts
    return (
        post.id, post.url, post.created_at, post.source, post.lang, author.handle, author.name, author.followers,
        shown.text, counts.replies, counts.reposts, counts.quotes, counts.likes,
        post.reply_to.id if post.reply_to is not None else None, post.repost_of, post.quote_of,
        " ".join(shown.hashtags), " ".join([link.url for link in shown.links]),
        " ".join([item.url for item in shown.media]),
    )  # fmt: skip


def csv_lines(rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as lines of CSV that no spreadsheet takes for formulas."""
    out = io.StringIO()
    csv.writer(out).writerows(
        [
            value if not value or type(value) is int or (type(value) is str and value[0] in _HARMLESS) else cell(value)
            for value in row
        ]
        for row in rows
    )
    return out.getvalue().encode()


def cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: text that begins like a formula gets an apostrophe."""
    if not isinstance(value, str):
        return "" if value is None else value
    if not value or value[0] in _HARMLESS:
        return value
    if value.lstrip(" \t\r\n\0\ufeff")[:1] in _FORMULA_SIGNS or value[0] in "\t\r\n":
        return "'" + value
    return value
