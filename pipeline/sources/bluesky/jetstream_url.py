"""Addresses of a Jetstream server: its stream on either wire, from a cursor on, and its compression dictionary.

`/subscribe` is the long-standing wire, which its makers keep as it is; `network.bsky.jetstream.subscribeEvents` is the
newer one (https://github.com/bluesky-social/jetstream, docs/README.md 5). A server's URL without a path, or with
`/subscribe`, names the server; `joining/wires.py` decides which wire is used. Another path is used as it is.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

from pipeline.sources.bluesky.event_summary import POST_COLLECTION, POSTGATE_COLLECTION, REACTION_COLLECTIONS

NEWER_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"
DICTIONARY_PATH = "/xrpc/network.bsky.jetstream.getZstdDictionary"
JETSTREAM_EVENT_MAX_BYTES = 1024 * 1024
"""Bytes of the largest event to request; a server with this option leaves out larger ones. No post is near this
size."""


def is_newer(url: str) -> bool:
    """Tell whether a server's URL names the newer wire."""
    return urlsplit(url).path.rstrip("/") == NEWER_PATH


def newer_url(url: str) -> str | None:
    """Return a server's URL of the newer wire, None if its own URL leaves no choice."""
    parts = urlsplit(url)
    if parts.path.rstrip("/") not in ("", "/subscribe"):
        return None
    return urlunsplit((parts.scheme, parts.netloc, NEWER_PATH, parts.query, ""))


def host_of(url: str) -> str:
    """Return the host and port of a server: its cursor's sequence number is valid there only."""
    return urlsplit(url).netloc


def dictionary_url(url: str) -> str:
    """Return where a server of the newer wire offers its compression dictionary."""
    parts = urlsplit(url)
    return urlunsplit(("https" if parts.scheme == "wss" else "http", parts.netloc, DICTIONARY_PATH, "", ""))


def subscription_url(url: str, cursor: int | None, dictionary: int = 0, *, reactions: bool = False) -> str:
    """Return the address of a stream of posts, postgates and account changes.

    Args:
        url: the server's URL of one wire; without a path, the long-standing wire is used.
        cursor: a time (µs) or a sequence number to begin at, None to begin now.
        dictionary: the number of the compression dictionary, 0 for an uncompressed stream.
        reactions: whether likes and reposts are requested as well.
    """
    parts = urlsplit(url)
    newer = is_newer(url)
    collections = (POST_COLLECTION, POSTGATE_COLLECTION, *(REACTION_COLLECTIONS if reactions else ()))
    query = [("collections" if newer else "wantedCollections", collection) for collection in collections]
    query.append(("maxMessageSizeBytes", str(JETSTREAM_EVENT_MAX_BYTES)))
    if cursor is not None:
        query.append(("cursor", str(cursor)))
    if dictionary and newer:
        query.append(("zstdDictionary", str(dictionary)))
    path = parts.path if parts.path.strip("/") else "/subscribe"
    text = "&".join(part for part in (parts.query, urlencode(query)) if part)
    return urlunsplit((parts.scheme, parts.netloc, path, text, ""))
