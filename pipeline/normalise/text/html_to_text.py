"""HTML of a status, as Mastodon and its like send it, read into plain text with the spans of its links.

Nothing of the markup survives: what comes out is text, whatever went in.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

BLOCKS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
UNSEEN = frozenset({"script", "style", "template", "iframe", "object"})
MAX_DEPTH = 60

MAX_HTML_CHARS = 50_000
"""What stands further on is not read."""

_NO_TAG = re.compile(r"<(?![A-Za-z/][^<>\"']*(?:\"[^<>\"]*\"[^<>\"']*|'[^<>']*'[^<>\"']*)*>)")
"""A "<" that begins no whole tag. Python's parser tries such again and again: it is text, and said so beforehand."""

_BLANK = re.compile(r"[ \t\r\n\f]+")


class Anchor(NamedTuple):
    """A link in a text: its span in code points, where it leads, its classes."""

    start: int
    end: int
    href: str
    classes: frozenset[str]


def html_to_text(html: str) -> tuple[str, list[Anchor]]:
    """Return what a person reads of some HTML, and the links in it.

    Parts of class "invisible" are left out and "ellipsis" gets its "…", so links look as they do on the site.
    Paragraphs of class "quote-inline" (a quote, told a second time for old clients) are left out.
    """
    if "<" not in html and "&" not in html:
        return html.strip(), []
    reader = _TextExtractor()
    reader.feed(_NO_TAG.sub("&lt;", html[:MAX_HTML_CHARS]))
    reader.close()
    return reader.result()


class _TextExtractor(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._length = 0
        self._breaks = 0
        self._open: list[tuple[str, bool, bool]] = []  # tag, unseen, ellipsis after it
        self._anchor: tuple[int, str, frozenset[str]] | None = None
        self._verbatim = 0
        self._anchors: list[Anchor] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._pause(1)
            return
        if tag in ("img", "hr", "wbr", "input", "meta", "link", "source") or len(self._open) >= MAX_DEPTH:
            return
        values = {name: value or "" for name, value in attrs}
        classes = frozenset(values.get("class", "").split())
        unseen = self._unseen() or tag in UNSEEN or bool(classes & {"invisible", "quote-inline"})
        self._open.append((tag, unseen, "ellipsis" in classes))
        if tag in BLOCKS:
            self._pause(2)
        elif tag == "li":
            self._pause(1)
            self._write("• ")
        elif tag == "a" and not unseen:
            self._flush_breaks()
            self._anchor = (self._length, values.get("href", ""), classes)
        self._verbatim += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if all(name != tag for name, _, _ in self._open):
            return
        while self._open:
            name, unseen, ellipsis = self._open.pop()
            if ellipsis and not unseen:
                self._write("…")
            if name == "a" and self._anchor is not None:
                start, href, classes = self._anchor
                self._anchor = None
                if self._length > start and href:
                    self._anchors.append(Anchor(start, self._length, href, classes))
            self._verbatim -= name == "pre"
            if name in BLOCKS:
                self._pause(2)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if self._unseen():
            return
        if not self._verbatim:
            data = _BLANK.sub(" ", data)
            if data == " " and (self._breaks or not self._length):
                return
            if self._breaks or not self._length:
                data = data.lstrip(" ")
        if data:
            self._write(data)

    def _unseen(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    def _pause(self, lines: int) -> None:
        if self._unseen():
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
        text = "".join(self._pieces)
        end = len(text.rstrip())
        start = len(text) - len(text.lstrip())
        kept = [
            Anchor(max(one.start - start, 0), min(one.end, end) - start, one.href, one.classes) for one in self._anchors
        ]
        return text[start:end] if end > start else "", [one for one in kept if one.end > one.start]
