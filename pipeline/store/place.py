"""Where a post stands in time: its place in the one order of every store, and the tokens that page through it.

A place is created_at with a 20-bit tie of the id, so that "newest first" is one integer, the same in every store. This
module knows no store.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container

TIE_BITS = 20
TIE_MASK = (1 << TIE_BITS) - 1
MAX_PLACE = (1 << 63) - 1
_TOKEN = re.compile(r"([a-z]{1,16})\.(-?[0-9a-f]{1,16})\.([0-9a-f]{1,16})")
_MAX_CREATED_AT = MAX_PLACE >> TIE_BITS


def digest(post_id: str) -> bytes:
    """Return SHA-1 of an id: its tie comes from it, and `sample:` does."""
    return hashlib.sha1(post_id.encode(), usedforsecurity=False).digest()


def floor(created_at: int) -> int:
    """Return the lowest place of a time (ms); times outside the range of places are pulled to its ends."""
    if created_at <= 0:
        return 0
    return min(created_at, _MAX_CREATED_AT + 1) << TIE_BITS if created_at <= _MAX_CREATED_AT else MAX_PLACE


def place(created_at: int, id_digest: bytes) -> int:
    """Return the place an id wants at a time; see `free` for what happens when it is taken."""
    clamped = min(max(created_at, 0), _MAX_CREATED_AT - 1)
    return clamped << TIE_BITS | int.from_bytes(id_digest[:3]) >> 4


def free(wanted: int, taken: Container[int]) -> int:
    """Return the wanted place, or the next free one within its millisecond (a million fit)."""
    while wanted in taken:
        wanted = (wanted & ~TIE_MASK) | ((wanted + 1) & TIE_MASK)
    return wanted


def token(sort: str, value: int, at: int) -> str:
    """Return the opaque `before` of the page after a post with this sort value and place."""
    return f"{sort}.{value:x}.{at:x}"


def parse_token(before: str, sort: str) -> tuple[int, int]:
    """Return (value, place) of a token.

    Raises:
        ValueError: it is no token of ours, or one of another sort.
    """
    found = _TOKEN.fullmatch(before)
    if found is None or found[1] != sort:
        raise ValueError("before is not the `next` of a page in this order")
    value, at = int(found[2], 16), int(found[3], 16)
    if max(abs(value), at) > MAX_PLACE:
        raise ValueError("before is not the `next` of a page in this order")
    return value, at
