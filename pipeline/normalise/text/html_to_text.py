"""HTML to text: turns the HTML of Mastodon's statuses and profiles into plain text, and returns its links' spans.

Parts that the site hides are left out; paragraphs, line breaks and lists stay visible. No markup survives: the result
is plain text, whatever the HTML was. Length and nesting of the HTML are bounded.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

BLOCK_TAGS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
HIDDEN_TAGS = frozenset({"script", "style", "template", "iframe", "object"})
MAX_OPEN_TAGS = 60
"""Most open tags; deeper ones are ignored, their text is kept."""

MAX_HTML_CHARS = 50_000
"""Characters of HTML, from its beginning, that are read."""

_NO_TAG = re.compile(r"<(?![A-Za-z/][^<>\"']*(?:\"[^<>\"]*\"[^<>\"']*|'[^<>']*'[^<>\"']*)*>)")
"""A "<" that begins no complete tag. It is escaped beforehand, because Python's parser would try it again and again."""

_BLANK = re.compile(r"[ \t\r\n\f]+")


class Anchor(NamedTuple):
    """A link in a text: its span in code points, its target and its CSS classes."""

    start: int
    end: int
    href: str
    classes: frozenset[str]


def html_to_text(html: str) -> tuple[str, list[Anchor]]:
    """Return the text that a person sees of some HTML, and the links in it.

    Parts of class "invisible" are left out and "ellipsis" gets its "…", so links look as they do on the site.
    Paragraphs of class "quote-inline" are left out: they repeat a quote for old clients.
    """
    if "<" not in html and "&" not in html:
        return html.strip(), []
    extractor = _TextExtractor()
    extractor.feed(_NO_TAG.sub("&lt;", html[:MAX_HTML_CHARS]))
    extractor.close()
    return extractor.result()


class _TextExtractor(HTMLParser):
    """Collects text and links while `HTMLParser` reports tags; adds line breaks lazily, before the next text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._length = 0
        self._breaks = 0
        self._open: list[tuple[str, bool, bool]] = []  # tag, hidden, ellipsis after it
        self._anchor: tuple[int, str, frozenset[str]] | None = None
        self._pre_depth = 0
        self._anchors: list[Anchor] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._break_lines(1)
            return
        if tag in ("img", "hr", "wbr", "input", "meta", "link", "source") or len(self._open) >= MAX_OPEN_TAGS:
            return
        values = {name: value or "" for name, value in attrs}
        classes = frozenset(values.get("class", "").split())
        hidden = self._hidden() or tag in HIDDEN_TAGS or bool(classes & {"invisible", "quote-inline"})
        self._open.append((tag, hidden, "ellipsis" in classes))
        if tag in BLOCK_TAGS:
            self._break_lines(2)
        elif tag == "li":
            self._break_lines(1)
            self._write("• ")
        elif tag == "a" and not hidden:
            self._flush_breaks()
            self._anchor = (self._length, values.get("href", ""), classes)
        self._pre_depth += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if all(name != tag for name, _, _ in self._open):
            return
        while self._open:
            name, hidden, ellipsis = self._open.pop()
            if ellipsis and not hidden:
                self._write("…")
            if name == "a" and self._anchor is not None:
                start, href, classes = self._anchor
                self._anchor = None
                if self._length > start and href:
                    self._anchors.append(Anchor(start, self._length, href, classes))
            self._pre_depth -= name == "pre"
            if name in BLOCK_TAGS:
                self._break_lines(2)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._hidden():
            return
        if not self._pre_depth:
            data = _BLANK.sub(" ", data)
            if data == " " and (self._breaks or not self._length):
                return
            if self._breaks or not self._length:
                data = data.lstrip(" ")
        if data:
            self._write(data)

    def _hidden(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _break_lines(self, lines: int) -> None:
        if self._hidden():
            return
        self._breaks = min(self._breaks + 1, 3) if lines == 1 else max(self._breaks, lines)

    def _flush_breaks(self) -> None:
        if self._breaks and self._length:
            self._pieces.append("\n" * self._breaks)
            self._length += self._breaks
        self._breaks = 0

    def _write(self, text: str) -> None:
        self._flush_breaks()
        self._pieces.append(text)
        self._length += len(text)

    def result(self) -> tuple[str, list[Anchor]]:
        """Return the text without blanks at its ends, and the links that are left in it."""
        text = "".join(self._pieces)
        end = len(text.rstrip())
        start = len(text) - len(text.lstrip())
        kept = [
            Anchor(max(one.start - start, 0), min(one.end, end) - start, one.href, one.classes) for one in self._anchors
        ]
        return text[start:end] if end > start else "", [one for one in kept if one.end > one.start]
