"""Post ids of Mastodon statuses: makes and checks them from a status's `uri`, which is the same on every server.

The id is `mastodon:host/number`, or `mastodon:host/path` for servers of other makes. `is_local_number` checks an id
that is valid on one server only.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pipeline.errors import RecordError
from pipeline.normalise.field_validation import MAX_POST_ID_CHARS

MAX_NUMBER_CHARS = 40

_STATUS_PATH = re.compile(r"/(?:(?:users/[^/]+|ap/users/\d+)/statuses|@[^/]+)/(\d+)(?:/activity)?/?")
_PLAIN_URI = re.compile(
    r"https?://([A-Za-z0-9.:-]+)/(?:(?:users/[\w.-]+|ap/users/\d+)/statuses|@[\w.-]+)/(\d+)(?:/activity)?/?", re.ASCII
)
"""Nearly every URI of a Mastodon server; others are taken apart."""
_TAG_URI = re.compile(r"tag:([^,]+),[\d-]+:objectId=(\d+):objectType=Status")


def checked_id(host_and_name: str) -> str:
    """Return the part of a post id after "mastodon:".

    Raises:
        RecordError: the text is empty, too long, or has blanks or characters that cannot be printed.
    """
    if (
        not host_and_name
        or len(host_and_name) > MAX_POST_ID_CHARS
        or not host_and_name.isprintable()
        or " " in host_and_name
    ):
        raise RecordError("Mastodon status without an id that counts everywhere")
    return host_and_name


def is_local_number(number: str) -> bool:
    """Return whether a text can be a status's id on one server."""
    return number.isascii() and number.isalnum() and len(number) <= MAX_NUMBER_CHARS


def id_from_uri(uri: str) -> str:
    """Return "host/number" for the URI of a Mastodon server, "host/path" for other servers, "" where it is no URI."""
    plain = _PLAIN_URI.fullmatch(uri)
    if plain:
        return f"{plain[1].lower()}/{plain[2]}"
    tagged = _TAG_URI.fullmatch(uri)
    if tagged:
        return f"{tagged[1].lower()}/{tagged[2]}"
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not parts.netloc or not parts.path.strip("/"):
        return ""
    host = parts.netloc.rpartition("@")[2].lower()
    own = _STATUS_PATH.fullmatch(parts.path)
    return f"{host}/{own[1]}" if own else f"{host}{parts.path.removesuffix('/activity')}"
