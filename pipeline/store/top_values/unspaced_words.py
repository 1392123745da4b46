"""Words of scripts written without spaces: cuts runs of Han, kana, Thai, Lao, Khmer and Myanmar letters by ICU.

ICU's dictionaries (`icu4py`) cut a run into pieces, as `Intl.Segmenter` does in browsers. A name that the dictionary
does not know falls into pieces with a single Han letter (习 + 近平), and a compound of Thai, Lao, Khmer or Myanmar into
its parts (น้ำ + ท่วม). Such pieces are therefore offered joined with their neighbours as well, and `word_forms` decides
by the sample which of both is the word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from pipeline.query.unicode_tables import UNSPACED
from pipeline.store.top_values.stopwords import STOP_WORDS

JOINT = "\x1f"
"""Character between the pieces of a joined word, until the sample shows that it is a word."""

_MARKS = "".join(
    chr(code)
    for block in (range(0x0E00, 0x0F00), range(0x1000, 0x10A0), range(0x1780, 0x1800), range(0xA9E0, 0xAA80))
    for code in block
    if unicodedata.category(chr(code)).startswith("M")
)
_RUN = re.compile(f"(?:[{UNSPACED}][{_MARKS}\u3099\u309a]*)+")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af々]")
_HIRAGANA = re.compile("[\u3041-\u309fー]+")
_WHOLE_VOWELS = (("\u0e33", "\u0e4d\u0e32"), ("\u0eb3", "\u0ecd\u0eb2"))
"""Vowels of Thai and Lao that NFKC takes apart, and that the dictionaries have whole."""

_SOUTH_EAST = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\uaa7f]")
_CACHED_RUNS = 20_000
_MAX_RUN_CHARS = 2_000
"""Letters of one run that are cut; posts on the networks are shorter."""


def has_unspaced(text: str) -> bool:
    """Return whether a text has a letter of these scripts."""
    return not text.isascii() and _RUN.search(text) is not None


def cut_out(text: str) -> tuple[str, set[str]]:
    """Return a text without its runs of these scripts, and the words of the runs.

    A joined word has `JOINT` between its pieces.
    """
    words: set[str] = set()
    text = unicodedata.normalize("NFKC", text)
    for sign, vowel in _WHOLE_VOWELS:
        text = text.replace(vowel, sign)
    for run in _RUN.findall(text):
        words |= _words_of(run[:_MAX_RUN_CHARS])
    return _RUN.sub(" ", text), words


@lru_cache(maxsize=_CACHED_RUNS)
def _words_of(run: str) -> frozenset[str]:
    """Return the words of a run: charts ask for the same posts every few seconds, hence the cache."""
    pieces = list(_breaker()(run, "en"))
    words = set(pieces)
    for at, piece in enumerate(pieces):
        before = [pieces[at - 1]] if at and _joins(pieces[at - 1]) else []
        after = [pieces[at + 1]] if at + 1 < len(pieces) and _joins(pieces[at + 1]) else []
        if _HAN.fullmatch(piece) and piece not in STOP_WORDS:
            words |= {JOINT.join(chain) for chain in ([*before, piece], [piece, *after], [*before, piece, *after])}
        elif after and _SOUTH_EAST.match(piece) and _joins(piece):
            words.add(JOINT.join([piece, *after]))
    return frozenset(words)


def _joins(piece: str) -> bool:
    return piece not in STOP_WORDS and not _HIRAGANA.fullmatch(piece)


def is_unspaced_word(token: str) -> bool:
    """Return whether a word of these scripts is worth counting: two letters, or three where all are Hiragana."""
    letters = sum(1 for char in token if not unicodedata.category(char).startswith("M"))
    return letters >= (3 if _HIRAGANA.fullmatch(token) else 2)


def is_unspaced(token: str) -> bool:
    """Return whether a token consists of letters of these scripts."""
    return _RUN.fullmatch(token) is not None


@cache
def _breaker() -> type:
    """Return ICU's breaker of words; it is imported where it is needed, because it maps 33 MB of data."""
    from icu4py.breakers import WordBreaker

    return WordBreaker
