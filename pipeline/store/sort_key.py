"""Sort keys: the one order of posts in time that all stores share, and the tokens by which pages of a search continue.

A sort key is created_at (ms) with a 20-bit tie, so that "newest first" is one integer. Posts of one millisecond stand
in the order in which they were first stored. `TieAllocator` gives new posts their keys: by the lowest and highest key
taken in the millisecond, never by the id, which a stranger chooses; keys of pruned posts are not given again soon. In
Elasticsearch all new posts of a millisecond share one key, and a second number, the arrival, orders them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

TIE_BITS = 20
TIE_MASK = (1 << TIE_BITS) - 1
MAX_SORT_KEY = (1 << 63) - 1
_TOKEN = re.compile(r"([a-z]{1,16})\.(-?[0-9a-f]{1,16})\.([0-9a-f]{1,16})(?:\.([0-9a-f]{1,16}))?")
_MAX_CREATED_AT = MAX_SORT_KEY >> TIE_BITS


def digest(post_id: str) -> bytes:
    """Return the SHA-1 of an id, from which `sample:` takes its percentage."""
    return hashlib.sha1(post_id.encode(), usedforsecurity=False).digest()


def floor(created_at: int) -> int:
    """Return the lowest sort key of a time (ms). Times out of range are clamped."""
    if created_at <= 0:
        return 0
    return min(created_at, _MAX_CREATED_AT + 1) << TIE_BITS if created_at <= _MAX_CREATED_AT else MAX_SORT_KEY


TakenEnds = tuple[int, int] | None
"""Lowest and highest sort key that are taken in a millisecond; None if none is."""


class TieAllocator:
    """Gives the new posts of one batch their sort keys.

    `taken_ends` returns the ends of a millisecond by its lowest key and is called once for each. Keys below `pruned`
    belonged to pruned posts and are not given again soon; `again` counts the posts stored below it since.
    """

    def __init__(self, taken_ends: Callable[[int], TakenEnds], pruned: int = 0, again: int = 0) -> None:
        self._taken_ends = taken_ends
        self._pruned = pruned
        self.again = again
        self._known: dict[int, TakenEnds] = {}

    def next(self, created_at: int) -> int:
        """Return and take the sort key of a post that comes after all others of its millisecond.

        Where the upper end of the millisecond is taken (2**20 posts came), the key is below all others of it. Where
        both ends are taken, the key is in the next millisecond.
        """
        low = floor(min(max(created_at, 0), _MAX_CREATED_AT - 1))
        while (key := self._free_in(low)) is None:
            low += TIE_MASK + 1
        return self.take(key)

    def take(self, key: int) -> int:
        """Take a sort key that is known to be free, and return it."""
        low = key & ~TIE_MASK
        ends = self._ends(low)
        self._known[low] = (min(key, ends[0]), max(key, ends[1])) if ends else (key, key)
        return key

    def _free_in(self, low: int) -> int | None:
        ends, high = self._ends(low), low | TIE_MASK
        if high < self._pruned:
            # Pruned posts of this millisecond had keys of its lower half, so new posts take turns in the upper half. A
            # key comes again only after as many posts as that half holds.
            begin = low + _HALF + self.again % _HALF
            self.again += 1
        else:
            begin = max(low, self._pruned)
        key = begin if ends is None else max(begin, ends[1] + 1)
        if key <= high:
            return key
        return ends[0] - 1 if ends is not None and ends[0] > begin else None

    def _ends(self, low: int) -> TakenEnds:
        if low not in self._known:
            self._known[low] = self._taken_ends(low)
        return self._known[low]


_HALF = 1 << (TIE_BITS - 1)


def last(created_at: int) -> int:
    """Return the highest sort key of a time (ms), given to new posts by a store that orders ties by their arrival."""
    return floor(min(max(created_at, 0), _MAX_CREATED_AT - 1)) | TIE_MASK


def may_keep(key: int) -> bool:
    """Return whether a sort key of another store belongs to one post only, so that the post may keep it."""
    return key >= 0 and key & TIE_MASK != TIE_MASK


def arrival(seq: int, turn: int) -> int:
    """Return the number that orders posts of one sort key: the sequence number (µs) under which a post was first
    stored, followed by its turn in that batch."""
    return min(seq, _MAX_SEQ) << _TURN_BITS | min(turn, (1 << _TURN_BITS) - 1)


_TURN_BITS = 12
_MAX_SEQ = (1 << 63 - _TURN_BITS) - 1

NO_ARRIVAL = -1
"""Arrival of a post that does not share its sort key."""


def token(sort: str, value: int, key: int, arrived: int = NO_ARRIVAL) -> str:
    """Return the opaque `before` of the page after a post with this sort value, sort key and arrival."""
    return f"{sort}.{value:x}.{key:x}" + (f".{arrived:x}" if arrived != NO_ARRIVAL else "")


PageMark = tuple[int, int, int]
"""Sort value, sort key and arrival of the last post of a page."""


def parse_token(before: str, sort: str) -> PageMark:
    """Return what a page token was made of.

    Raises:
        ValueError: it is no token of ours, or one of another order.
    """
    found = _TOKEN.fullmatch(before)
    if found is None or found[1] != sort:
        raise ValueError("before is not the `next` of a page in this order")
    mark = int(found[2], 16), int(found[3], 16), int(found[4], 16) if found[4] else NO_ARRIVAL
    if max(abs(number) for number in mark) > MAX_SORT_KEY:
        raise ValueError("before is not the `next` of a page in this order")
    return mark
