"""Words of a post for top lists: tokens of its text without handles, addresses and emoji, and which of them count.

The rule of what counts is written down in docs/design/store.md, "Words". Tokens are those of searches, with three
exceptions: scripts without spaces are cut into words (`unspaced_words`), short words in capitals stay as they are
written (`capital_words`), and a Hebrew abbreviation with gershayim is one word.
"""

from __future__ import annotations

import re
import unicodedata

from pipeline.query.analyser import analyse
from pipeline.store.top_values.affixes import is_hangul
from pipeline.store.top_values.capital_words import capital_words
from pipeline.store.top_values.counted_post_fields import TopView
from pipeline.store.top_values.stopwords import STOP_CAPITALS, STOP_WORDS, STOP_WORDS_OF
from pipeline.store.top_values.unspaced_words import cut_out, has_unspaced, is_unspaced, is_unspaced_word

WORDS_VERSION = 2
"""Version of the rule of words. A background that was counted by another rule is dropped, and counted anew."""

_MAX_CHARS = 24
_FEW_LETTERS = re.compile("[\u0041-\u024f\u0370-\u052f\u1e00-\u1fff\u05d0-\u05ea״\u0620-\u06d3]+")
"""Scripts in which three letters are a word: Latin, Greek, Cyrillic, Hebrew, Arabic."""

_LEFT_OUT = {"mention", "link", "cashtag", "emoji"}
_ADDRESS = re.compile(r"https?://\S+|@\w+")
_ABBREVIATION = re.compile('[\u05d0-\u05ea]{1,6}["״][\u05d0-\u05ea](?![\u05d0-\u05ea])')


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
    capitals = capital_words(text)
    found: set[str] = set()
    if not text.isascii():
        if has_unspaced(text):
            text, found = cut_out(text)
        abbreviations = _ABBREVIATION.findall(text)
        if abbreviations:
            found |= {word.replace('"', "״") for word in abbreviations}
            text = _ABBREVIATION.sub(" ", text)
    found.update(analyse(text))
    if capitals:
        found.difference_update([word.casefold() for word in capitals])
        found |= capitals
    if post.lang:
        found -= STOP_WORDS_OF.get(post.lang.partition("-")[0], frozenset())
    return found


def is_word(token: str) -> bool:
    """Return whether a token is worth counting: long enough for its script, letters only, and no stop word."""
    if len(token) > _MAX_CHARS or token in STOP_WORDS:
        return False
    if token.isascii():
        return (len(token) > 2 and token.isalpha() and not token.isupper()) or _is_capital_word(token)
    if token.isupper() and len(token) < 4:
        return token not in STOP_CAPITALS
    if is_unspaced(token):
        return is_unspaced_word(token)
    if len(token) < 4 and not _FEW_LETTERS.fullmatch(token):
        return len(token) > 1 and is_hangul(token)
    return len(token) > 2 and all(unicodedata.category(char)[0] in "LM" or char == "״" for char in token)


def _is_capital_word(token: str) -> bool:
    return 1 < len(token) < 7 and token.isupper() and token not in STOP_CAPITALS
