"""URL detection: finds links with their spans in a text, with and without scheme, by the rules of twitter-text 3.

Every link needs a known top-level domain; one without scheme needs an ASCII domain as well. Links that are too long are
left out. The grammar is in `url_patterns.py`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from pipeline.normalise.text.character_classes import SPACES
from pipeline.normalise.text.url_patterns import QUERY, url_patterns

MAX_URL_CHARS = 4096
MAX_SLUG_CHARS = 40
MAX_LABEL_CHARS = 63

_SCHEME_LENGTH = len("https://")


class FoundUrl(NamedTuple):
    """A link as it stands in a text, with its span in code points."""

    url: str
    start: int
    end: int


_SHORT = re.compile(rf"https?://t\.co/([A-Za-z0-9]+)(?:{QUERY})?", re.IGNORECASE)
_CHUNK = re.compile(rf"[^{SPACES}]+")
_UNFIT_BEFORE = "-_./"


def find_urls(text: str) -> list[FoundUrl]:
    """Return the links of a text in order, none overlapping."""
    found: list[FoundUrl] = []
    if "." not in text:
        return found
    for chunk in _CHUNK.finditer(text):  # no link has a space in it, and most words have no dot
        if "." in chunk[0] and url_patterns().has_tld.search(chunk[0]):
            _add_urls(chunk[0], chunk.start(), found)
    return found


def _add_urls(text: str, offset: int, found: list[FoundUrl]) -> None:
    for match in url_patterns().url.finditer(text):
        before, url, scheme, domain, path = match.groups()
        start = match.start(2) + offset
        if not _is_valid_length(url, domain, scheme):
            continue
        if scheme:
            short = _SHORT.match(url)
            if short is not None:
                if len(short[1]) > MAX_SLUG_CHARS:
                    continue
                url = short[0]
            found.append(FoundUrl(url, start, start + len(url)))
        elif not before or before not in _UNFIT_BEFORE:
            _add_plain(url, domain, path, start, found)


def _add_plain(url: str, domain: str, path: str | None, start: int, found: list[FoundUrl]) -> None:
    """Add the ASCII domains inside a match without scheme; path and query belong to the last.

    There may be several, because text of some scripts has no spaces around a domain.
    """
    plain = [
        FoundUrl(match[0], start + match.start(), start + match.end())
        for match in url_patterns().ascii_domain.finditer(domain)
    ]
    if not plain:
        return
    if path:
        last = plain.pop()
        plain.append(FoundUrl(last.url + url[len(domain) :], last.start, start + len(url)))
    found.extend(plain)


def _is_valid_length(url: str, domain: str, scheme: str | None) -> bool:
    encoded = 0
    for label in domain.split("."):
        if label.isascii():
            size = len(label)
        elif label[:4].lower() == "xn--":
            return False
        else:
            folded = unicodedata.normalize("NFKC", label).lower()
            size = 4 + len(folded.encode("punycode", errors="replace"))
        if size > MAX_LABEL_CHARS:
            return False
        encoded += size + 1
    return len(url) - len(domain) + encoded - 1 + (0 if scheme else _SCHEME_LENGTH) <= MAX_URL_CHARS
