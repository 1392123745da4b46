"""Language codes: reduces the codes that sources state, such as "pt-BR", to primary subtags of BCP 47, such as "pt".

Outdated codes are replaced; a code that names no language ("und", and X's own for posts without words) becomes "". The
operator `lang:` reads the same two tables. No text is looked at to guess a language.
"""

from __future__ import annotations

from functools import lru_cache

RENAMED_CODES = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro", "cn": "zh", "jp": "ja"}
"""Replaced codes → current ones: codes that ISO 639 has withdrawn, and two country codes sent in a language's place."""

NO_LANGUAGE_CODES = frozenset({"und", "zxx", "mis", "mul", "art", "qam", "qct", "qht", "qme", "qst", "unknown", ""})
"""Codes that name no language: undetermined, none, and X's own for posts of mentions, hashtags or media only."""


@lru_cache(maxsize=1024)
def primary_subtag(code: str) -> str:
    """Return the primary subtag of a language code ("pt-BR" gives "pt"), "" where it names no language."""
    subtag = code.strip().replace("_", "-").partition("-")[0].lower()
    subtag = RENAMED_CODES.get(subtag, subtag)
    if subtag in NO_LANGUAGE_CODES or not (2 <= len(subtag) <= 3 and subtag.isascii() and subtag.isalpha()):
        return ""
    return subtag


def primary_subtags(codes: list[str]) -> list[str]:
    """Return the distinct primary subtags of several codes, in order."""
    return list(dict.fromkeys(subtag for subtag in map(primary_subtag, codes) if subtag))
