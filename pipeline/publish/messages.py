"""Messages of a batch: builds the payloads of posts for each search's channel, and the notices for every web process.

Notices name posts that no longer match a search (`gone`) and edited posts whose former content is unknown (`edited`).
Posts are split into parts of at most 32,000 bytes (a larger post stands alone); web processes split their frames by the
same function. A post's bytes are used as the store encoded them, and a payload is built once, however many searches it
matches. Nothing here talks to Redis; COMMIT adds the header with the low watermark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pipeline.broker.keys import Names

Message = tuple[str, bytes]
"""A channel and a payload without its header."""

PORTION_BYTES = 32_000
"""Most bytes of posts in a message, and in a frame of a web process, which adds a head of some hundred bytes.

Clients with a read limit of 32 KiB accept such a frame (Go's coder/websocket has that limit by default). A larger post
has a message of its own.
"""

_encode = msgspec.json.Encoder().encode


def posts_messages(names: Names, matches: Mapping[str, Sequence[int]], bodies: Sequence[bytes]) -> list[Message]:
    """Return the messages of each search: JSON arrays of the posts that matched, each of at most `PORTION_BYTES`.

    `matches` maps a search's key to the indexes of its posts in `bodies`, the encoded posts.
    """
    payloads_of: dict[tuple[int, ...], list[bytes]] = {}
    messages: list[Message] = []
    for key, indexes in matches.items():
        which = tuple(indexes)
        payloads = payloads_of.get(which)
        if payloads is None:
            payloads = payloads_of[which] = _arrays([bodies[index] for index in which])
        channel = names.live(key)
        messages += [(channel, payload) for payload in payloads]
    return messages


def _arrays(bodies: list[bytes]) -> list[bytes]:
    whole = b",".join(bodies)
    if len(whole) <= PORTION_BYTES or len(bodies) == 1:
        return [b"[" + whole + b"]"]
    return [b"[" + b",".join(part) + b"]" for part in portions(bodies)]


def portions(bodies: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Yield the bodies in order, in parts of at most `PORTION_BYTES` when joined by commas, but at least one body."""
    part: list[bytes] = []
    size = -1
    for body in bodies:
        if part and size + 1 + len(body) > PORTION_BYTES:
            yield part
            part, size = [], -1
        part.append(body)
        size += 1 + len(body)
    if part:
        yield part


def retraction_messages(names: Names, retracted: Mapping[str, Sequence[tuple[str, int]]]) -> list[Message]:
    """Return the `gone` notice of each search: posts, as (id, version), that no longer match it."""
    return [notice(names, {"type": "gone", "key": key, "posts": posts}) for key, posts in retracted.items() if posts]


def edited_messages(names: Names, posts: Sequence[tuple[str, int, Sequence[str]]]) -> list[Message]:
    """Return the `edited` notice for posts whose former content is unknown: (id, version, keys that still match)."""
    return [notice(names, {"type": "edited", "posts": posts})] if posts else []


def notice(names: Names, content: Mapping[str, Any]) -> Message:
    """Return a message to every web process."""
    return names.notices, _encode(content)
