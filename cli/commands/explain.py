"""Command `murmur explain`: shows how a search is parsed, and why the posts of a file match it or not.

An error of the search is shown with a mark under its position.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from pipeline.errors import QueryError, RecordError
from pipeline.match.explain_anchors import selected_by
from pipeline.normalise import normalise
from pipeline.post import Post, Upsert
from pipeline.query.explain import explain as explained
from pipeline.query.parser import parse


class _Wire(Post, kw_only=True):
    """A post as the API and exports return it."""

    original: Post | None = None


def explain(query_text: str, post_file: Path | None) -> str:
    """Return the explanation of a search, and of each post in a file of raw records or exported posts.

    Raises:
        click.ClickException: the search has an error (the text marks its position), or the file holds no post.
    """
    try:
        query = parse(query_text)
    except QueryError as error:
        raise click.ClickException(pointed(query_text, error)) from error
    explanation = explained(query, selected_by=selected_by(query))
    heads = (
        ("canonical", explanation["canonical"]),
        ("key", explanation["key"]),
        ("selected by", ", ".join(explanation["selected_by"])),
    )
    blocks = ["\n".join(f"{name:11}  {value}" for name, value in heads), explanation["tree"]]
    if post_file is not None:
        found = [_post_block(explained(query, post, original), post, original) for post, original in _posts(post_file)]
        if not found:
            raise click.ClickException(f"{post_file}: no post in it")
        blocks += found
    return "\n\n".join(blocks)


def pointed(text: str, error: QueryError) -> str:
    """Return an error, the search, and a mark under the position of the error."""
    lines = [error.message, f"  {' '.join(text.splitlines())}", "  " + " " * error.position + "^"]
    return "\n".join([*lines, *([f"Try: {error.hint}"] if error.hint else [])])


def _posts(path: Path) -> Iterator[tuple[Post, Post | None]]:
    data = path.read_bytes()
    try:
        yield from _record(data)
    except RecordError:
        for number, line in enumerate(data.splitlines(), 1):
            try:
                yield from _record(line) if line.strip() else ()
            except RecordError as error:
                raise click.ClickException(f"{path}, line {number}: {error}") from error


def _record(data: bytes) -> Iterator[tuple[Post, Post | None]]:
    """Yield the post of a record with its original; other posts inside the record are not shown."""
    try:
        wire = msgspec.json.decode(data, type=_Wire)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        posts = [event.post for event in normalise(data, "stdin", _SEEN_MS) if isinstance(event, Upsert)]
        if posts:
            yield posts[-1], next((post for post in posts if post.id == posts[-1].repost_of), None)
    else:
        yield wire, wire.original


_SEEN_MS = 4_102_444_800_000
"""A `received_at` in 2100, later than any claimed time, so that a post keeps the time it states."""


def _post_block(explanation: dict[str, Any], post: Post, original: Post | None) -> str:
    content = original if post.repost_of and original is not None else post
    width = max(len(part["part"]) for part in explanation["parts"])
    lines = [f"{post.id}  {'matches' if explanation['matches'] else 'does not match'}"]
    for part in explanation["parts"]:
        places = ", ".join(f"{start}–{end} “{content.text[start:end]}”" for start, end in part["spans"])
        lines.append(f"  {'yes' if part['matched'] else 'no ':3}  {part['part']:{width}}  {places}".rstrip())
    return "\n".join(lines)
