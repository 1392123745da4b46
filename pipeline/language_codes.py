"""Language codes: makes the codes that sources state tags of BCP 47 with language, script and region, such as "pt-BR".

Outdated codes are replaced; a code that names no language ("und", and X's own for posts without words) becomes "". The
operator `lang:` reads the same tables. No text is looked at to guess a language.
"""

from __future__ import annotations

import re
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


_SUBTAGS = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?(?:-.*)?", re.IGNORECASE
)
"""Language, extended languages, script and region (RFC 5646, section 2.1); variants and extensions may follow."""


@lru_cache(maxsize=1024)
def language_tag(code: str) -> str:
    """Return a language code as tag of language, script and region ("pt_br" gives "pt-BR", "zh-hant-tw" "zh-Hant-TW").

    Variants, extensions and a part that cannot be read are left out; "" where the code names no language.
    """
    language = primary_subtag(code)
    found = _SUBTAGS.fullmatch(code.strip().replace("_", "-")) if language else None
    if found is None:
        return language
    script, region = (found["script"] or "").title(), (found["region"] or "").upper()
    return "-".join(part for part in (language, script, region) if part)


def language_tags(codes: list[str]) -> list[str]:
    """Return the distinct language tags of several codes, in order."""
    return list(dict.fromkeys(tag for tag in map(language_tag, codes) if tag))


@lru_cache(maxsize=1024)
def language_ranges(tag: str) -> tuple[str, ...]:
    """Return the folded tags by which `lang:` finds a tag: "zh-Hant-TW" by zh, zh-hant, zh-tw and zh-hant-tw."""
    known = language_tag(tag)
    if not known:
        return (tag.lower(),)
    language, *others = known.lower().split("-")
    ranges = [language, *(f"{language}-{other}" for other in others)]
    return (*ranges, known.lower()) if len(others) > 1 else tuple(ranges)
