"""Tags of Bluesky posts: tells cashtags from hashtags, and finds cashtags in a text that does not mark them.

A cashtag is a tag whose name begins with "$" (@atproto/api 0.18.14 and later write "$TSLA" so; hashtags have no sign).
"""

from __future__ import annotations

import re

from pipeline.normalise.text.distinct_values import distinct_ignoring_case
from pipeline.normalise.text.entity_extraction import MAX_SCANNED_CHARS
from pipeline.post import Entity, Post

_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._][A-Za-z0-9]+)*")
_CASHTAG = re.compile(r"(?:^|(?<=[\s(]))\$([A-Za-z][A-Za-z0-9]{0,4})(?=\s|$|[.,;:!?)\"'\u2019])")
"""A cashtag in a text, by the rule of `@atproto/api` (`src/rich-text/util.ts`, CASHTAG_REGEX)."""


def is_cashtag(tag: str) -> bool:
    """Return whether a tag is a cashtag: "$" and a symbol that begins with a letter."""
    return tag.startswith("$") and _SYMBOL.fullmatch(tag, 1) is not None


def tag_of(tag: str) -> str:
    """Return a tag without its signs and without blanks around it."""
    tag = tag.strip()
    return tag[1:] if is_cashtag(tag) else tag.lstrip("#＃").strip()


def add_tags(post: Post, tags: list[str]) -> None:
    """Add the tags that a record has beside its text, each once whatever its case."""
    named = [tag.strip() for tag in tags if tag_of(tag)]
    post.hashtags = distinct_ignoring_case(post.hashtags + [tag_of(tag) for tag in named if not is_cashtag(tag)])
    post.cashtags = distinct_ignoring_case(post.cashtags + [tag_of(tag) for tag in named if is_cashtag(tag)])


def add_unmarked_cashtags(post: Post) -> None:
    """Add the cashtags of a text where no entity stands. Most clients of before 2026 did not mark them."""
    if "$" not in post.text:
        return
    found = [
        Entity("cashtag", match.start(), match.end(), match[1].upper())
        for match in _CASHTAG.finditer(post.text, 0, MAX_SCANNED_CHARS)
    ]
    kept: list[Entity] = []
    for entity in sorted([*post.entities, *found], key=lambda one: (one.start, one.type == "cashtag")):
        if not kept or entity.start >= kept[-1].end:
            kept.append(entity)
    post.entities = kept
    post.cashtags = distinct_ignoring_case([*post.cashtags, *(one.value for one in kept if one.type == "cashtag")])
