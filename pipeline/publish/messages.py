"""Messages of a batch: builds the payloads of posts for each search's channel, and the notices for every web process.

Notices name posts that no longer match a search (`gone`) and edited posts whose former content is unknown (`edited`).
Posts are split into parts of at most 32,000 bytes (a larger post stands alone); web processes split their frames by the
same functions. A post's bytes are used as the store encoded them, and a payload is built once, however many searches it
matches. Behind the posts, on a line of their own, stand the entry numbers of those that began to match later than they
were first stored; most messages have none. Nothing here talks to Redis; COMMIT adds the header with the low watermark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
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

NO_NUMBERS: Mapping[str, Any] = MappingProxyType({})
"""No entry numbers."""


class _Identified(msgspec.Struct):
    id: str


_encode = msgspec.json.Encoder().encode
_decode_id = msgspec.json.Decoder(_Identified).decode


def posts_messages(
    names: Names,
    matches: Mapping[str, Sequence[int]],
    bodies: Sequence[bytes],
    entered: Mapping[str, Mapping[str, int]] = NO_NUMBERS,
) -> list[Message]:
    """Return the messages of each search: JSON arrays of the posts that matched, each of at most `PORTION_BYTES`.

    `matches` maps a search's key to the indexes of its posts in `bodies`, the encoded posts. `entered` are the entry
    numbers, by search and id, that differ from the first numbers.
    """
    payloads_of: dict[tuple[int, ...], list[bytes]] = {}
    messages: list[Message] = []
    for key, indexes in matches.items():
        which = tuple(indexes)
        payloads = payloads_of.get(which)
        if key in entered:
            payloads = _numbered_arrays([bodies[index] for index in which], entered[key])
        elif payloads is None:
            payloads = payloads_of[which] = _arrays([bodies[index] for index in which])
        channel = names.live(key)
        messages += [(channel, payload) for payload in payloads]
    return messages


def _arrays(bodies: list[bytes]) -> list[bytes]:
    whole = b",".join(bodies)
    if len(whole) <= PORTION_BYTES or len(bodies) == 1:
        return [b"[" + whole + b"]"]
    return [b"[" + b",".join(part) + b"]" for part in portions(bodies)]


def _numbered_arrays(bodies: list[bytes], entered: Mapping[str, int]) -> list[bytes]:
    found = numbered_portions(bodies, entered)
    return [b"[" + b",".join(part) + (b"]\n" + _encode(numbers) if numbers else b"]") for part, numbers in found]


def numbered_portions(
    bodies: Sequence[bytes], entered: Mapping[str, int]
) -> Iterator[tuple[list[bytes], dict[str, int]]]:
    """Yield the bodies as `portions` does, each part with those of the entry numbers that concern its posts."""
    if not entered:
        yield from ((part, {}) for part in portions(bodies))
        return
    part: list[bytes] = []
    numbers: dict[str, int] = {}
    size = -1
    for body in bodies:
        post_id = _decode_id(body).id
        number = {post_id: entered[post_id]} if post_id in entered else {}
        more = 1 + len(body) + (len(_encode(number)) if number else 0)
        if part and size + more > PORTION_BYTES:
            yield part, numbers
            part, numbers, size = [], {}, -1
        part.append(body)
        numbers |= number
        size += more
    if part:
        yield part, numbers


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
