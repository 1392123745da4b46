"""Bridged text: reads the whole text of a post that a bridge cut to Bluesky's length, with its marks and links.

Bridgy Fed writes the original's text, mostly HTML, into `bridgyOriginalText` beside the cut one, ends the cut one with
"[Original post on …]" or links the original in a preview, and puts a content warning before it (PyPI granary 11.0,
`bluesky.from_as1`). The facets belong to the cut text, so each is looked for in the whole one by what it shows.
"""

from __future__ import annotations

import re

from pipeline.normalise.bluesky.record_wire import FACET_TYPE, FacetFeature, PostRecord
from pipeline.normalise.bluesky.rich_text_facets import Mark
from pipeline.normalise.field_validation import MAX_TEXT_CHARS
from pipeline.normalise.text.html_to_text import Anchor, html_to_text

_SUFFIX = re.compile(r"(?:\[(?:Audio|Video)\] )?\[Original post on [^\]\n]{1,300}\]$")
_WARNING = re.compile(r"\[[^\n]*\]\n\n")
_HASHTAG = re.compile(r"[#＃](\S+)")
_MENTION_CLASSES = frozenset({"mention", "u-url"})


def whole_text(record: PostRecord, marks: list[Mark], *, quote_shown: bool) -> tuple[str, list[Mark]]:
    """Return the whole text of a post and its marks: those of the record, where no bridge cut it.

    Args:
        record: the record.
        marks: the marks of the record's text.
        quote_shown: whether a quoted post is shown with the post, so that a link to it in the text repeats it.
    """
    if not isinstance(record.original_text, str) or not record.original_text:
        return record.text, marks
    whole, anchors = html_to_text(record.original_text, quote_shown=quote_shown)
    warning = _WARNING.match(record.text)
    before = warning[0] if warning is not None and not whole.startswith(warning[0]) else ""
    if _letters(whole) <= _letters(_SUFFIX.sub("", record.text[len(before) :].rstrip())):
        return record.text, marks
    whole = (before + whole)[:MAX_TEXT_CHARS]
    found = _located(record.text, whole, marks)
    covered = bytearray(len(whole))
    for mark in found:
        covered[mark.start : mark.end] = b"\x01" * (mark.end - mark.start)
    for anchor in anchors:
        start, end = anchor.start + len(before), anchor.end + len(before)
        feature = _feature(anchor, whole[start:end])
        if feature is not None and end <= len(whole) and not any(covered[start:end]):
            found.append(Mark(start, end, [feature]))
    return whole, found


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _located(cut: str, whole: str, marks: list[Mark]) -> list[Mark]:
    """Return the marks of the cut text at the places where the whole text shows the same, in the same order."""
    found = []
    cut_end = start = end = 0
    for mark in sorted(marks, key=lambda one: (one.start, -one.end)):
        shown = cut[mark.start : mark.end]
        at = whole.find(shown, start if mark.start < cut_end else end) if shown.strip() else -1
        if at < 0:
            found.append(Mark(0, 0, mark.features))
            continue
        cut_end, start, end = mark.end, at, at + len(shown)
        found.append(Mark(start, end, mark.features))
    return found


def _feature(anchor: Anchor, shown: str) -> FacetFeature | None:
    """Return what a link of the HTML means on Bluesky: a tag or a link. A mention of another network means nothing."""
    tag = _HASHTAG.fullmatch(shown)
    if tag is not None and ("hashtag" in anchor.classes or "tag" in anchor.rel or "mention" in anchor.classes):
        return FacetFeature(f"{FACET_TYPE}tag", tag=tag[1])
    if shown.startswith(("@", "＠")) and anchor.classes & _MENTION_CLASSES:
        return None
    is_web = anchor.href.startswith(("https://", "http://"))
    return FacetFeature(f"{FACET_TYPE}link", uri=anchor.href) if is_web else None
