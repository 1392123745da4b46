"""Words of a post for top lists: tokens of its text without handles, addresses and emoji, and which of them count.

Worth counting are words of 4 to 24 letters that are no stop words.
"""

from __future__ import annotations

import re
import unicodedata

from pipeline.query.analyser import analyse
from pipeline.store.top_values.counted_post_fields import TopView
from pipeline.store.top_values.stopwords import STOP_WORDS

_LENGTHS = range(4, 25)
_LEFT_OUT = {"mention", "link", "cashtag", "emoji"}
_ADDRESS = re.compile(r"https?://\S+|@\w+")


def tokens(post: TopView) -> set[str]:
    """Return the distinct tokens of a text without handles and addresses.

    `is_word` is not applied here: callers apply it once a distinct token instead of once a post.
    """
    text = post.text
    for entity in reversed(post.entities):
        if entity.type in _LEFT_OUT:
            text = f"{text[: entity.start]} {text[entity.end :]}"
    if "@" in text or "://" in text:
        text = _ADDRESS.sub(" ", text)
    return set(analyse(text))


def is_word(token: str) -> bool:
    """Return whether a token is worth counting: 4 to 24 letters and no stop word."""
    return len(token) in _LENGTHS and token not in STOP_WORDS and (token.isalpha() or _is_lettered(token))


def _is_lettered(word: str) -> bool:
    """Return whether a word of another script consists of letters and their combining marks."""
    return not word.isascii() and all(unicodedata.category(char)[0] in "LM" for char in word)
