"""Short words in capitals: finds ICE, EU, G20 and 5G in a text that is not written in capitals as a whole.

Two or three letters, or letters with digits, are a word here only in capitals: `it`, `us` and `a1` are none. In a text
with more than three capitals to a small letter, capitals say nothing.
"""

from __future__ import annotations

import re

from pipeline.store.top_values.stopwords import STOP_CAPITALS

_CAPITALS = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0391-\u03a9\u0401-\u042f\u0490"
_CANDIDATE = re.compile(f"(?<![^\\W_])(?:[{_CAPITALS}]{{2,3}}|[{_CAPITALS}0-9]{{2,6}})(?![^\\W_])")
_AMOUNT = re.compile(r"\d+(?:AM|PM|[KMBXSGT]|KM|CM|MM|KG|MB|GB|TB|ST|ND|RD|TH|YO)")
_MOSTLY = 3
_GENERATIONS = {"2G", "3G", "4G", "5G", "6G"}


def capital_words(text: str) -> set[str]:
    """Return the short words in capitals of a text, as they are written."""
    candidates = _CANDIDATE.findall(text)
    if not candidates:
        return set()
    found = {word for word in candidates if _is_short(word)} - STOP_CAPITALS
    return found if found and not _is_all_capitals(text) else set()


def _is_short(word: str) -> bool:
    """Return whether a word in capitals has two or three letters, or letters with digits that are no amount."""
    if word.isalpha():
        return len(word) < 4
    return not word.isdigit() and (word in _GENERATIONS or not _AMOUNT.fullmatch(word))


def _is_all_capitals(text: str) -> bool:
    return sum(map(str.isupper, text)) > _MOSTLY * sum(map(str.islower, text))
