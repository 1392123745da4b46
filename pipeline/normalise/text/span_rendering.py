"""Span rendering: rewrites a source's text and the spans in it into the text that people see, with its entities.

Sources count spans in the text as they deliver it: escaped, with short links. Here a short link becomes its display
form, trailing links to media or to the quoted post go, `&amp;` becomes `&` (`unescape_html`), and spans are counted
anew in code points. Of two spans that overlap, the first wins.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.post import Entity

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


def render_spans(text: str, spans: list[SourceSpan], shown_end: int | None = None) -> tuple[str, list[Entity]]:
    """Return the text that people see and its entities. Sorts `spans`.

    `shown_end` is the end of the shown text by the source (X's display_text_range). It applies only where nothing but
    short links is cut away. Leading mentions of a reply stay. Of two spans that overlap, the first wins.
    """
    if len(spans) > 1:
        spans.sort()
    limit = _rendered_end(text, spans, shown_end)
    if not spans:
        return unescape_html(text[:limit]), []
    pieces: list[str] = []
    entities: list[Entity] = []
    escaped = "&" in text
    position = length = 0
    for start, end, kind, value, number, shown, _ in spans:
        if start < position or end > limit:
            continue
        before = text[position:start]
        word = text[start:end] if shown is None else shown
        if escaped:
            before = unescape_html(before)
            word = unescape_html(word) if shown is None else word
        length += len(before)
        entities.append(Entity(kind, length, length + len(word), value, number))
        length += len(word)
        pieces += (before, word)
        position = end
    rest = text[position:limit]
    pieces.append(unescape_html(rest) if escaped else rest)
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
