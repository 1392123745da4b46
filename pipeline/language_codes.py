"""Languages as the sources name them, mapped to BCP 47 primary subtags. No text is looked at to guess one."""

from __future__ import annotations

from functools import lru_cache

RENAMED_CODES = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro", "cn": "zh", "jp": "ja"}
"""Codes that ISO 639 has withdrawn, and two country codes that clients send in a language's place."""

NO_LANGUAGE_CODES = frozenset({"und", "zxx", "mis", "mul", "art", "qam", "qct", "qht", "qme", "qst", "unknown", ""})
"""What says "no language": undetermined, none, and X's own codes for posts of mentions, hashtags or media only."""


@lru_cache(maxsize=1024)
def primary_subtag(code: str) -> str:
    """Return the primary subtag of a language code ("pt-BR" gives "pt"), "" where it names none."""
    subtag = code.strip().replace("_", "-").partition("-")[0].lower()
    subtag = RENAMED_CODES.get(subtag, subtag)
    if subtag in NO_LANGUAGE_CODES or not (2 <= len(subtag) <= 3 and subtag.isascii() and subtag.isalpha()):
        return ""
    return subtag


def primary_subtags(codes: list[str]) -> list[str]:
    """Return the distinct primary subtags of several codes, in order."""
    return list(dict.fromkeys(subtag for subtag in map(primary_subtag, codes) if subtag))
