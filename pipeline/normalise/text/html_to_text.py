"""HTML to text: turns the HTML of Mastodon's statuses and profiles into plain text, and returns its links' spans.

Parts that the site hides are left out; paragraphs, line breaks, lists, quotes, tables, rules and definitions look as a
person types them (docs/reference/post.md, "Text of HTML"). No markup survives: the result is plain text, whatever the
HTML was. Length and nesting of the HTML are bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pipeline.normalise.text.html_blocks import (
    BLOCK_GAPS,
    EMOJI_CLASSES,
    HIDDEN_TAGS,
    IMPLIED_ENDS,
    MARKS,
    VOID_TAGS,
    HtmlList,
    list_of,
)
from pipeline.normalise.text.html_tokens import Attributes, html_tokens
from pipeline.normalise.text.text_layout import TextLayout

MAX_OPEN_TAGS = 60
"""Most open tags; deeper ones are ignored, their text is kept."""

MAX_HTML_CHARS = 50_000
"""Characters of HTML, from its beginning, that are read."""

_BLANK = re.compile(r"[ \t\r\n\f]+")


class Anchor(NamedTuple):
    """A link in a text: its span in code points, its target, its CSS classes and its relations.

    The span is empty where the link shows no text, but a picture.
    """

    start: int
    end: int
    href: str
    classes: frozenset[str]
    rel: frozenset[str] = frozenset()


def html_to_text(html: str, *, quote_shown: bool = False) -> tuple[str, list[Anchor]]:
    """Return the text that a person sees of some HTML, and the links in it.

    Parts of class "invisible" are left out and "ellipsis" gets its "…", so links look as they do on the site. Parts of
    class "quote-inline" repeat a quote's link for servers that show no quotes: they are left out if `quote_shown`.
    """
    if "<" not in html and "&" not in html:
        return html.strip(), []
    extractor = _TextExtractor(_QUOTE_HIDDEN if quote_shown else _HIDDEN)
    for text, tag, begins, ends, attributes in html_tokens(html[:MAX_HTML_CHARS]):
        if not tag:
            extractor.write_data(text)
        elif begins:
            extractor.begin_tag(tag, attributes)
        if ends:
            extractor.end_tag(tag)
    return extractor.result()


def profile_text(html: str) -> str:
    """Return the text of a profile. Authors write again and again, so that the newest are kept in memory."""
    if "<" not in html and "&" not in html:
        return html.strip()
    return _kept_text(html) if len(html) <= KEPT_HTML_CHARS else html_to_text(html)[0]


KEPT_HTML_CHARS = 2_000
"""Characters of the longest profile whose text is kept in memory."""


@lru_cache(maxsize=2_000)
def _kept_text(html: str) -> str:
    return html_to_text(html)[0]


_HIDDEN = frozenset({"invisible"})
_QUOTE_HIDDEN = frozenset({"invisible", "quote-inline"})


@dataclass(slots=True)
class _Open:
    """A tag that is open, and what its end must undo or write."""

    tag: str
    hidden: bool
    after: str = ""
    prefixed: bool = False
    cells: int = 0


@dataclass(slots=True)
class _OpenAnchor:
    href: str
    classes: frozenset[str]
    rel: frozenset[str]
    start: int | None = None


_NO_CLASSES: frozenset[str] = frozenset()
_NOTHING: tuple[set[str], set[str]] = (set(), set())


@lru_cache(maxsize=500)
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class _TextExtractor:
    """Collects text and links while tags are reported."""

    def __init__(self, hidden_classes: frozenset[str]) -> None:
        self._hidden_classes = hidden_classes
        self._layout = TextLayout()
        self._open: list[_Open] = []
        self._lists: list[HtmlList] = []
        self._anchor: _OpenAnchor | None = None
        self._anchors: list[Anchor] = []
        self._pre_depth = 0
        self._tight = (
            0  # open list items, definitions and cells: inside them paragraphs have no blank line between them
        )
        self._cell_depth = 0

    def begin_tag(self, tag: str, values: Attributes) -> None:
        if self._handle_void(tag, values):
            return
        self._end_implied(tag)
        if len(self._open) >= MAX_OPEN_TAGS:
            return
        classes = _words(values["class"]) if "class" in values else _NO_CLASSES
        hidden = self._hidden() or tag in HIDDEN_TAGS or not self._hidden_classes.isdisjoint(classes)
        opened = _Open(tag, hidden, "…" if "ellipsis" in classes and not hidden else "")
        self._open.append(opened)
        if not hidden:
            self._separate(tag)
            self._begin(tag, values, classes, opened)

    def _handle_void(self, tag: str, values: Attributes) -> bool:
        """Handle a tag without content; return whether it is one."""
        if tag in ("br", "hr"):
            if not self._hidden():
                self._break(1) if tag == "br" else self._layout.add_rule()
                self._separate("p" if tag == "hr" else "")
            return True
        if tag == "img" and not EMOJI_CLASSES.isdisjoint(values.get("class", "").split()):
            self.write_data(values.get("alt", ""))
        return tag in VOID_TAGS

    def _begin(self, tag: str, values: dict[str, str], classes: frozenset[str], opened: _Open) -> None:
        match tag:
            case "ul" | "ol":
                self._lists.append(list_of(tag, values))
            case "li":
                self._begin_item(values, opened)
            case "blockquote":
                self._push(opened, "> ", "> ")
            case "dd":
                self._tight += 1
                self._push(opened, "  ", "  ")
            case "td" | "th":
                self._begin_cell()
            case "pre":
                self._pre_depth += 1
            case "q" | "rt":
                before, opened.after = MARKS[tag]
                self._write(before)
            case "a":
                rel = _words(values["rel"].lower()) if "rel" in values else _NO_CLASSES
                self._anchor = _OpenAnchor(values.get("href", ""), classes, rel)

    def _begin_cell(self) -> None:
        row = next((one for one in reversed(self._open) if one.tag == "tr"), None)
        if row is not None:
            if row.cells and not self._cell_depth:
                self._layout.add_bar()
            row.cells += 1
        self._cell_depth += 1
        self._tight += 1

    def _begin_item(self, values: dict[str, str], opened: _Open) -> None:
        outer = self._lists[-1] if self._lists else HtmlList()
        marker = outer.next_marker(values.get("value", ""))
        self._tight += 1
        self._push(opened, " " * len(marker), marker)

    def _push(self, opened: _Open, prefix: str, marker: str) -> None:
        if not self._cell_depth:
            opened.prefixed = True
            self._layout.push_prefix(prefix, marker)

    def end_tag(self, tag: str) -> None:
        for one in self._open:
            if one.tag == tag:
                while self._end_one() != tag:
                    pass
                return

    def _end_one(self) -> str:
        """End the innermost open tag and return it."""
        ended = self._open.pop()
        tag = ended.tag
        if ended.hidden:
            return tag
        if ended.after:
            self._write(ended.after)
        if tag == "a":
            self._end_anchor()
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._pre_depth -= 1
        elif tag in ("td", "th"):
            self._cell_depth -= 1
            self._tight -= 1
        elif tag in ("li", "dd"):
            self._tight -= 1
        elif tag == "tr" and not self._cell_depth:
            self._layout.drop_bars()
        if ended.prefixed:
            self._layout.pop_prefix()
        self._separate(tag)
        return tag

    def _end_implied(self, tag: str) -> None:
        """End the open tags that a new one ends: items, cells and paragraphs whose end was left out."""
        ended, boundary = IMPLIED_ENDS.get(tag, _NOTHING)
        for at in range(len(self._open) - 1, -1, -1) if ended else ():
            if self._open[at].tag in ended:
                while len(self._open) > at:
                    self._end_one()
                return
            if self._open[at].tag in boundary:
                return

    def _end_anchor(self) -> None:
        anchor, self._anchor = self._anchor, None
        if anchor is not None and anchor.href:
            end = self._layout.length
            start = end if anchor.start is None else anchor.start
            self._anchors.append(Anchor(start, end, anchor.href, anchor.classes, anchor.rel))

    def write_data(self, data: str) -> None:
        if self._hidden() or not data:
            return
        if self._pre_depth and not self._cell_depth:
            self._write(data.removeprefix("\n") if self._layout.at_line_start() else data)
            return
        data = _BLANK.sub(" ", data)
        if data.startswith(" "):
            self._layout.add_blank()
        if text := data.strip(" "):
            self._write(text)
            if data.endswith(" "):
                self._layout.add_blank()

    def _write(self, text: str) -> None:
        if not text:
            return
        start = self._layout.write(text)
        if self._anchor is not None and self._anchor.start is None:
            self._anchor.start = start

    def _hidden(self) -> bool:
        return bool(self._open) and self._open[-1].hidden

    def _separate(self, tag: str) -> None:
        """Ask for the lines between a block and the text beside it."""
        lines = BLOCK_GAPS.get(tag, 0)
        if lines and self._cell_depth:
            self._layout.add_blank()
        elif lines:
            self._layout.break_block(1 if self._tight else lines)

    def _break(self, lines: int) -> None:
        if self._cell_depth:
            self._layout.add_blank()
        else:
            for _ in range(lines):
                self._layout.break_line()

    def result(self) -> tuple[str, list[Anchor]]:
        """Return the text without blanks at its ends, and the links that are left in it."""
        self._end_anchor()
        text = self._layout.text()
        end = len(text.rstrip())
        start = min(len(text) - len(text.lstrip()), end)
        kept = []
        for one in self._anchors:
            first, last = min(max(one.start, start), end) - start, min(max(one.end, start), end) - start
            kept.append(one._replace(start=first, end=last))
        return text[start:end], kept
