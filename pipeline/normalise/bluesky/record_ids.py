"""Ids of AT Protocol records: makes post ids of DID and record key, reads at:// addresses and times of revisions.

`is_usable` checks DID and key before they become part of an id. A revision is a TID: base 32 of microseconds and a
clock id.
"""

from __future__ import annotations

from pipeline.normalise.bluesky.record_wire import RecordRef

POST, REPOST, POSTGATE = "app.bsky.feed.post", "app.bsky.feed.repost", "app.bsky.feed.postgate"
DAY_MS = 86_400_000
MAX_DID_CHARS = 300
MAX_RECORD_KEY_CHARS = 200

_TID_DIGITS = {letter: value for value, letter in enumerate("234567abcdefghijklmnopqrstuvwxyz")}


def post_id(did: str, record_key: str) -> str:
    """Return the post id of a record in a repository."""
    return f"bluesky:{did}/{record_key}"


def is_usable(did: str, record_key: str) -> bool:
    """Return whether a DID and a record key may become parts of an id: short enough, and only printable characters."""
    return (
        did.startswith("did:")
        and len(did) <= MAX_DID_CHARS
        and len(record_key) <= MAX_RECORD_KEY_CHARS
        and (did + record_key).isprintable()
    )


def referenced_post(ref: RecordRef | None) -> tuple[str, str]:
    """Return the post id and the author's DID of an at:// address of a post, or two empty texts."""
    parts = ref.uri.removeprefix("at://").split("/") if ref is not None else []
    if len(parts) != 3 or parts[1] != POST or not parts[2] or not is_usable(parts[0], parts[2]):
        return "", ""
    return post_id(parts[0], parts[2]), parts[0]


def revision_ms(revision: str, event_ms: int) -> int:
    """Return the time inside a revision, or `event_ms` where the revision has none within a day of the event.

    A revision is a TID: 13 digits of base 32 that hold 53 bits of microseconds and 10 bits of a clock id.
    """
    revised_us = tid_us(revision)
    if revised_us is None:
        return event_ms
    revised_ms = revised_us // 1000
    return revised_ms if abs(revised_ms - event_ms) < DAY_MS else event_ms


def tid_us(text: str) -> int | None:
    """Return the time (µs) inside a TID, the form of revisions and of most record keys; None for anything else."""
    if len(text) != 13:
        return None
    value = 0
    for letter in text:
        digit = _TID_DIGITS.get(letter)
        if digit is None:
            return None
        value = value << 5 | digit
    return value >> 10
