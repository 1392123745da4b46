"""HTML blocks: tables of the tags that make lines, hide text or end others, and the markers of list items.

Source: HTML Living Standard, sections "Rendering" (what begins a line), "Optional tags" and "The ol element".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_APART = ("p", "blockquote", "pre", "ul", "ol", "dl", "table", "figure", "h1", "h2", "h3", "h4", "h5", "h6")
_BELOW = (
    *("div", "li", "tr", "dt", "dd", "caption", "figcaption", "summary", "details", "section", "article", "header"),
    *("footer", "aside", "main", "nav", "address"),
)
BLOCK_GAPS = dict.fromkeys(_APART, 2) | dict.fromkeys(_BELOW, 1)
"""Tag of a block → lines from the text before to its own, and from its own to the text after it."""

VOID_TAGS = frozenset(
    {"area", "base", "col", "embed", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
HIDDEN_TAGS = frozenset({"script", "style", "template", "iframe", "object", "head", "title", "rp"})
IMPLIED_ENDS = {
    "li": ({"li"}, {"ul", "ol"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "tr": ({"tr"}, {"table"}),
    "p": ({"p"}, {"li", "td", "th", "dd", "div", "blockquote"}),
    "a": ({"a"}, {"p", "li", "td", "th", "dd", "div", "blockquote"}),
}
"""Tag → the open tags that it ends if it begins inside them, unless one of the second set lies between."""

MARKS = {"q": ("“", "”"), "rt": ("(", ")")}
"""Tag → what is written before and after its text."""

EMOJI_CLASSES = frozenset({"emoji", "emojione", "smiley", "custom-emoji", "wp-smiley"})
"""Classes of pictures that stand for a word of the text; their `alt` is written."""

_NUMBER = re.compile(r"\s*(-?[0-9]{1,9})\s*")
_LETTERS = 26


@dataclass(slots=True)
class HtmlList:
    """A list that is open: the number of its next item (None: bullets), the step to the one after it, and its first
    letter, if letters count its items."""

    number: int | None = None
    step: int = 1
    letters: str = ""

    def next_marker(self, value: str) -> str:
        """Return what stands before the next item; `value` is the number that the item states ("": none)."""
        if self.number is None:
            return "• "
        stated = _number(value)
        number = self.number if stated is None else stated
        self.number = number + self.step
        if self.letters and 1 <= number <= _LETTERS:
            return f"{chr(ord(self.letters) + number - 1)}. "
        return f"{number}. "


def list_of(tag: str, values: dict[str, str]) -> HtmlList:
    """Return the list that a tag `ul` or `ol` with these attributes begins."""
    if tag == "ul":
        return HtmlList()
    start = _number(values.get("start", ""))
    kind = values.get("type", "")
    step = -1 if "reversed" in values and start is not None else 1
    return HtmlList(1 if start is None else start, step, kind if kind in ("a", "A") else "")


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    return int(found[1]) if found else None
