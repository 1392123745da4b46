"""What is published for a batch: one message a search, and the notices. Each post's bytes are used as the store encoded
them, once, however many searches it matches. Nothing here talks to Redis; the `safe` header is added in COMMIT.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pipeline.names import Names

Message = tuple[str, bytes]
"""A channel and a payload without its header."""

_encode = msgspec.json.Encoder().encode


def posts_messages(names: Names, matches: Mapping[str, Sequence[int]], bodies: Sequence[bytes]) -> list[Message]:
    """Return one message for each search that matched: the array of its posts' bytes."""
    built: dict[tuple[int, ...], bytes] = {}
    messages: list[Message] = []
    for key, indexes in matches.items():
        which = tuple(indexes)
        payload = built.get(which)
        if payload is None:
            payload = built[which] = b"[" + b",".join([bodies[index] for index in which]) + b"]"
        messages.append((names.live(key), payload))
    return messages


def gone_messages(names: Names, gone: Mapping[str, Sequence[tuple[str, int]]]) -> list[Message]:
    """Return one notice a search for posts, (id, version), that no longer match it."""
    return [notice(names, {"type": "gone", "key": key, "posts": posts}) for key, posts in gone.items() if posts]


def edited_message(names: Names, posts: Sequence[tuple[str, int, Sequence[str]]]) -> list[Message]:
    """Return the notice for posts, (id, version, keys that still match), whose former content nobody knows."""
    return [notice(names, {"type": "edited", "posts": posts})] if posts else []


def notice(names: Names, told: Mapping[str, Any]) -> Message:
    """Return a message for every web process."""
    return names.notices, _encode(told)
