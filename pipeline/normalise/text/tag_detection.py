"""Tag detection: finds hashtags, cashtags and mentions with their spans in a text, by the rules of twitter-text 3.

Hashtags inside links are left out. A mention of a list ("@owner/name") comes with the list's name.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.normalise.text.character_classes import (
    ACCENTED,
    DIRECTIONS,
    PUNCTUATION,
    SPACES,
    is_tag_character,
    is_tag_letter,
)
from pipeline.normalise.text.url_detection import FoundUrl, find_urls

_HASH = re.compile("[#＃](?![\ufe0f\u20e3])")
_SELECTORS = "\ufe0e\ufe0f"
"""Variation selectors of emoji. They are marks, but a hashtag may follow one."""

_AFTER_HASHTAG = re.compile("[#＃]|://")
_MENTION = re.compile(
    r"(?:[^A-Za-z0-9_!#$%&*@＠]|^|(?:^|[^A-Za-z0-9_+~.\-])[rR][tT]:?)"
    r"([@＠])([A-Za-z0-9_]{1,20})(/[A-Za-z][A-Za-z0-9_\-]{0,24})?"
)
_AFTER_MENTION = re.compile(f"[@＠{ACCENTED}]|://")
_CASHTAG = re.compile(
    rf"(?:^|[{SPACES}{DIRECTIONS}])(\$)([A-Za-z]{{1,6}}(?:[._][A-Za-z]{{1,2}})?)(?=$|[\s{PUNCTUATION}])"
)


class FoundTag(NamedTuple):
    """A tag or handle without its sign. Its span, in code points, includes the sign. `slug` is a list's "/name"."""

    value: str
    start: int
    end: int
    slug: str = ""


def find_hashtags(text: str, urls: list[FoundUrl] | None = None) -> list[FoundTag]:
    """Return the hashtags of a text in order, without those inside links (`urls`, if they are already known)."""
    tags = _hashtags(text)
    if tags:
        urls = find_urls(text) if urls is None else urls
        return [tag for tag in tags if all(tag.end <= url.start or tag.start >= url.end for url in urls)]
    return tags


def _hashtags(text: str) -> list[FoundTag]:
    found: list[FoundTag] = []
    taken = 0
    for sign in _HASH.finditer(text):
        start = sign.start()
        if start < taken or not _may_precede(text, start, taken):
            continue
        end = start + 1
        lettered = False
        while end < len(text) and is_tag_character(text[end]):
            lettered = lettered or is_tag_letter(text[end])
            end += 1
        if lettered:
            taken = end
            if not _AFTER_HASHTAG.match(text, end):
                found.append(FoundTag(text[start + 1 : end], start, end))
    return found


def _may_precede(text: str, start: int, taken: int) -> bool:
    if start == 0:
        return True
    before = text[start - 1]
    return start > taken and before != "&" and (before in _SELECTORS or not is_tag_character(before))


def find_mentions(text: str) -> list[FoundTag]:
    """Return the handles of a text in order. One with a `slug` names a list and not its owner."""
    if "@" not in text and "＠" not in text:
        return []
    return [
        FoundTag(match[2], match.start(1), match.end(), match[3] or "")
        for match in _MENTION.finditer(text)
        if not _AFTER_MENTION.match(text, match.end())
    ]


def find_cashtags(text: str) -> list[FoundTag]:
    """Return the ticker symbols of a text in order."""
    if "$" not in text:
        return []
    return [FoundTag(match[2], match.start(1), match.end()) for match in _CASHTAG.finditer(text)]
