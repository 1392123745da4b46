"""Span rendering: rewrites a source's text and the spans in it into the text that people see, with its entities.

Sources count spans in the text as they deliver it: escaped, with short links. Here a short link becomes its display
form, trailing links to media or to the quoted post go, `&amp;` becomes `&`, and spans are counted anew in code points.
A span that is not where the source says is searched for nearby, and left out if the text does not have it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.post import Entity

TAG_SIGNS = {"hashtag": "#＃", "mention": "@＠", "cashtag": "$＄"}
"""Type of an entity → the characters that may begin it."""

MAX_SEARCHED_CHARS = 20_000
"""Longest text, in characters, in which a misplaced span is searched for."""

_SHORT_LINKS = re.compile(r"(?:\s*https?://t\.co/\w+)+\s*")


class SourceSpan(NamedTuple):
    """A span of a source's text, in code points.

    `shown` replaces the span's text (None: it stays). A `droppable` span is left out where it ends the text.
    """

    start: int
    end: int
    type: str
    value: str
    id: str = ""
    shown: str | None = None
    droppable: bool = False


def unescape_html(text: str) -> str:
    """Return a text with the few HTML escapes that X makes undone, each once."""
    if "&" not in text:
        return text
    return (
        text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&#39;", "'")
        .replace("&amp;", "&")
    )


def locate_tag(text: str, indices: tuple[int, int] | None, kind: str, value: str) -> tuple[int, int] | None:
    """Return the span of a tag, handle or symbol: `indices` if they are right, else the nearest occurrence or None."""
    signs = TAG_SIGNS[kind]
    if indices is not None:
        start, end = indices
        if 0 <= start < end <= len(text) and text[start] in signs:
            there = text[start + 1 : end]
            if there == value or there.casefold() == value.casefold():
                return indices
    return _nearest(rf"[{re.escape(signs)}]{re.escape(value)}(?!\w)", text, indices)


def locate_url(text: str, indices: tuple[int, int] | None, url: str) -> tuple[int, int] | None:
    """Return the span of a URL: `indices` if they are right, else the nearest occurrence or None."""
    if indices is not None and indices[0] >= 0 and text[indices[0] : indices[1]] == url:
        return indices
    return _nearest(rf"{re.escape(url)}(?![\w/])", text, indices) if url else None


def _nearest(pattern: str, text: str, indices: tuple[int, int] | None) -> tuple[int, int] | None:
    if len(text) > MAX_SEARCHED_CHARS:
        return None
    wanted = indices[0] if indices is not None else 0
    found = [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]
    return min(found, key=lambda span: abs(span[0] - wanted), default=None)


def render_spans(text: str, spans: list[SourceSpan], shown_end: int | None = None) -> tuple[str, list[Entity]]:
    """Return the text that people see and its entities. Sorts `spans`.

    `shown_end` is the end of the shown text by the source (X's display_text_range). It applies only where nothing but
    short links is cut away. Leading mentions of a reply stay. Of two spans that overlap, the first wins.
    """
    spans.sort()
    limit = _rendered_end(text, spans, shown_end)
    pieces: list[str] = []
    entities: list[Entity] = []
    position = length = 0
    for span in spans:
        start, end = span.start, span.end
        if start < position or end > limit:
            continue
        before = unescape_html(text[position:start])
        word = span.shown if span.shown is not None else unescape_html(text[start:end])
        length += len(before)
        entities.append(Entity(span.type, length, length + len(word), span.value, span.id))
        length += len(word)
        pieces.append(before)
        pieces.append(word)
        position = end
    pieces.append(unescape_html(text[position:limit]))
    return "".join(pieces), entities


def _rendered_end(text: str, spans: list[SourceSpan], shown_end: int | None) -> int:
    """Return the position in the source's text after which nothing is shown."""
    limit = len(text.rstrip())
    if shown_end is not None and 0 <= shown_end < limit and _SHORT_LINKS.fullmatch(text, shown_end):
        limit = len(text[:shown_end].rstrip())
    for span in reversed(spans):
        if span.end == limit and span.droppable:
            limit = len(text[: span.start].rstrip())
        elif span.end < limit:
            break
    return limit
