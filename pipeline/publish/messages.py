"""What is published for a batch: one message a search, and the notices. Each post's bytes are used as the store encoded
them, once, however many searches it matches. Nothing here talks to Redis; the `safe` header is added in COMMIT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from pipeline.broker.keys import Names

Message = tuple[str, bytes]
"""A channel and a payload without its header."""

PORTION_BYTES = 32_000
"""Most bytes of posts in a message, and in a frame of a web process, which adds a head of some hundred: clients with a
read limit of 32 KiB (Go's coder/websocket as it comes) take it. One post that is larger has a message to itself."""

_encode = msgspec.json.Encoder().encode


def posts_messages(names: Names, matches: Mapping[str, Sequence[int]], bodies: Sequence[bytes]) -> list[Message]:
    """Return the messages of each search that matched: arrays of its posts' bytes, each of `PORTION_BYTES` at most."""
    built: dict[tuple[int, ...], list[bytes]] = {}
    messages: list[Message] = []
    for key, indexes in matches.items():
        which = tuple(indexes)
        payloads = built.get(which)
        if payloads is None:
            payloads = built[which] = _arrays([bodies[index] for index in which])
        channel = names.live(key)
        messages += [(channel, payload) for payload in payloads]
    return messages


def _arrays(bodies: list[bytes]) -> list[bytes]:
    whole = b",".join(bodies)
    if len(whole) <= PORTION_BYTES or len(bodies) == 1:
        return [b"[" + whole + b"]"]
    return [b"[" + b",".join(part) + b"]" for part in portions(bodies)]


def portions(bodies: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Yield the bodies in order, as many at a time as have `PORTION_BYTES` when joined by commas, but always one."""
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


def retraction_messages(names: Names, gone: Mapping[str, Sequence[tuple[str, int]]]) -> list[Message]:
    """Return one notice a search for posts, (id, version), that no longer match it."""
    return [notice(names, {"type": "gone", "key": key, "posts": posts}) for key, posts in gone.items() if posts]


def edited_messages(names: Names, posts: Sequence[tuple[str, int, Sequence[str]]]) -> list[Message]:
    """Return the notice for posts, (id, version, keys that still match), whose former content nobody knows."""
    return [notice(names, {"type": "edited", "posts": posts})] if posts else []


def notice(names: Names, told: Mapping[str, Any]) -> Message:
    """Return a message for every web process."""
    return names.notices, _encode(told)
