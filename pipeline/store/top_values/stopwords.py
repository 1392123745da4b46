"""Stop words (`stopwords.txt`): frequent words of common languages, left out of top lists.

`stopwords_short.txt` has those of three letters and of scripts without spaces, `stopwords_capitals.txt` the words that
people write in capitals for emphasis, and `stopwords_by_language.txt` words that are none in another language (`war`).
"""

from __future__ import annotations

from importlib.resources import files


def _text(name: str) -> str:
    return files("pipeline.store.top_values").joinpath(name).read_text("utf-8")


STOP_WORDS = frozenset(_text("stopwords.txt").split()) | frozenset(_text("stopwords_short.txt").split())
STOP_CAPITALS = frozenset(_text("stopwords_capitals.txt").split())
"""Short words in capitals that are no names."""

STOP_WORDS_OF = {
    language: frozenset(words.split())
    for language, _, words in (line.partition(":") for line in _text("stopwords_by_language.txt").splitlines())
}
"""Stop words of one language that are words of their own in another, by the language that the source states."""
