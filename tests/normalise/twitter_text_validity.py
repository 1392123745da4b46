"""Validity of whole texts by twitter-text 3 and RFC 3986: handles, lists, hashtags and URLs, and who a reply answers.

Only the conformance vectors need these rules; the product does not validate whole texts.
"""

from __future__ import annotations

import re

from pipeline.normalise.text.character_classes import ACCENTED, CYRILLIC, DIRECTIONS, SPACES
from pipeline.normalise.text.entity_extraction import extract_entities
from pipeline.normalise.text.tag_detection import find_mentions

_PARTS = re.compile(r"(?:([^:/?#]+)://)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_UNRESERVED = rf"A-Za-z{CYRILLIC}0-9\-\u2013._~"
_DELIMITERS = "!$&'()*+,;="
_ESCAPED = "%[0-9A-Fa-f]{2}"
_PATH_LETTER = rf"(?:[{_UNRESERVED}{_DELIMITERS}:|@]|{_ESCAPED})"
_PATH = re.compile(rf"(?:/{_PATH_LETTER}*)*")
_QUERY = re.compile(rf"(?:{_PATH_LETTER}|[/?])*")
_USER = rf"(?:[{_UNRESERVED}{_DELIMITERS}:]|{_ESCAPED})*"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_ADDRESS = rf"(?:{_OCTET}(?:\.{_OCTET}){{3}}|\[[A-Fa-f0-9:.]+\])"
_OUTSIDE = r"\u0080-\U0010ffff"


_REPLY = re.compile(rf"[{SPACES}{DIRECTIONS}]*[@＠]([A-Za-z0-9_]{{1,20}})")
_AFTER_REPLY = re.compile(f"[@＠{ACCENTED}]|://")


def _host(others: str) -> str:
    letter = rf"[A-Za-z0-9{others}]"
    sub = rf"{letter}(?:[A-Za-z0-9_\-{others}]*{letter})?"
    name = rf"{letter}(?:[A-Za-z0-9\-{others}]*{letter})?"
    top = rf"[A-Za-z{others}](?:[A-Za-z0-9\-{others}]*{letter})?"
    return rf"(?:{sub}\.)*{name}\.{top}"


def _authority(others: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_USER}@)?(?:{_ADDRESS}|{_host(others)})(?::[0-9]{{1,5}})?")


_ANY_AUTHORITY, _ASCII_AUTHORITY = _authority(_OUTSIDE), _authority("")


def find_reply(text: str) -> str | None:
    """Return the handle that a text begins with, or None if it answers nobody."""
    match = _REPLY.match(text)
    return match[1] if match is not None and not _AFTER_REPLY.match(text, match.end()) else None


def is_username(text: str) -> bool:
    """Return whether a text is a handle with its sign, and nothing more."""
    found = find_mentions(text)
    return len(found) == 1 and not found[0].slug and found[0].value == text[1:]


def is_list(text: str) -> bool:
    """Return whether a text names a list ("@owner/name"), and nothing more."""
    found = find_mentions(text)
    return len(found) == 1 and bool(found[0].slug) and (found[0].start, found[0].end) == (0, len(text))


def is_hashtag(text: str) -> bool:
    """Return whether a text is a hashtag with its sign, and nothing more."""
    found = extract_entities(text)
    return len(found) == 1 and found[0].type == "hashtag" and found[0].value == text[1:]


def is_url(text: str, *, unicode_domains: bool = True, require_scheme: bool = True) -> bool:
    """Return whether a text is a URL of the web, and nothing more."""
    parts = _PARTS.fullmatch(text) if text else None
    if parts is None:
        return False
    scheme, authority, path, query, fragment = parts.groups()
    if require_scheme and (scheme or "").lower() not in ("http", "https"):
        return False
    whole = (_ANY_AUTHORITY if unicode_domains else _ASCII_AUTHORITY).fullmatch(authority)
    return (
        whole is not None
        and _PATH.fullmatch(path) is not None
        and _QUERY.fullmatch(query or "") is not None
        and _QUERY.fullmatch(fragment or "") is not None
    )
