"""Where a post stands in time: its place in the one order of every store, and the tokens that page through it.

A place is created_at (ms) with a 20-bit tie, so that "newest first" is one integer. Posts of one millisecond stand in
the order in which they were first stored. Which tie a post gets depends on the lowest and the highest place of its
millisecond only, never on how many posts stand between them, nor on the id, which a stranger chooses. This module knows
no store.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

TIE_BITS = 20
TIE_MASK = (1 << TIE_BITS) - 1
MAX_PLACE = (1 << 63) - 1
_TOKEN = re.compile(r"([a-z]{1,16})\.(-?[0-9a-f]{1,16})\.([0-9a-f]{1,16})(?:\.([0-9a-f]{1,16}))?")
_MAX_CREATED_AT = MAX_PLACE >> TIE_BITS


def digest(post_id: str) -> bytes:
    """Return SHA-1 of an id: `sample:` comes from it."""
    return hashlib.sha1(post_id.encode(), usedforsecurity=False).digest()


def floor(created_at: int) -> int:
    """Return the lowest place of a time (ms); times outside the range of places are pulled to its ends."""
    if created_at <= 0:
        return 0
    return min(created_at, _MAX_CREATED_AT + 1) << TIE_BITS if created_at <= _MAX_CREATED_AT else MAX_PLACE


Ends = tuple[int, int] | None
"""The lowest and the highest place that are taken in a millisecond; None: nothing stands there."""


class Ties:
    """Gives new posts their places, for one batch. `ends` tells what is taken in the millisecond of a lowest place, and
    is asked once for each. Below `pruned` stood posts that were pruned, whose places are not taken again; `again` is
    how many posts came there since."""

    def __init__(self, ends: Callable[[int], Ends], pruned: int = 0, again: int = 0) -> None:
        self._ends = ends
        self._pruned = pruned
        self.again = again
        self._known: dict[int, Ends] = {}

    def next(self, created_at: int) -> int:
        """Return the place of a post that comes after all others of its millisecond.

        Where the upper end of the millisecond is taken (2**20 posts came), the place is below all others of it; where
        both are, it is in the next millisecond.
        """
        low = floor(min(max(created_at, 0), _MAX_CREATED_AT - 1))
        while (at := self._in(low)) is None:
            low += TIE_MASK + 1
        return self.take(at)

    def take(self, at: int) -> int:
        """Take a place that is known to be free, and return it."""
        low = at & ~TIE_MASK
        ends = self._at(low)
        self._known[low] = (min(at, ends[0]), max(at, ends[1])) if ends else (at, at)
        return at

    def _in(self, low: int) -> int | None:
        ends, high = self._at(low), low | TIE_MASK
        if high < self._pruned:
            # Whatever was pruned here stood in the lower half, unless it came in this way itself, so long ago that as
            # many posts as the upper half holds came since.
            begin = low + _AGAIN + self.again % _AGAIN
            self.again += 1
        else:
            begin = max(low, self._pruned)
        at = begin if ends is None else max(begin, ends[1] + 1)
        if at <= high:
            return at
        return ends[0] - 1 if ends is not None and ends[0] > begin else None

    def _at(self, low: int) -> Ends:
        if low not in self._known:
            self._known[low] = self._ends(low)
        return self._known[low]


_AGAIN = 1 << (TIE_BITS - 1)


def last(created_at: int) -> int:
    """Return the highest place of a time (ms), where posts stand in a store that tells them apart by their arrival."""
    return floor(min(max(created_at, 0), _MAX_CREATED_AT - 1)) | TIE_MASK


def may_keep(at: int) -> bool:
    """Tell whether a place of another store is one post's own, so that the post may keep it."""
    return at >= 0 and at & TIE_MASK != TIE_MASK


def arrival(seq: int, turn: int) -> int:
    """Return by what posts of one place are told apart: the publication number (µs) under which a post was first
    stored, and its turn in that batch."""
    return min(seq, _MAX_SEQ) << _TURN_BITS | min(turn, (1 << _TURN_BITS) - 1)


_TURN_BITS = 12
_MAX_SEQ = (1 << 63 - _TURN_BITS) - 1

NO_ARRIVAL = -1
"""The arrival of a post whose place is its own."""


def token(sort: str, value: int, at: int, arrived: int = NO_ARRIVAL) -> str:
    """Return the opaque `before` of the page after a post with this sort value, place and arrival."""
    return f"{sort}.{value:x}.{at:x}" + (f".{arrived:x}" if arrived != NO_ARRIVAL else "")


Mark = tuple[int, int, int]
"""Sort value, place and arrival of a post."""


def parse_token(before: str, sort: str) -> Mark:
    """Return what a token was made of.

    Raises:
        ValueError: it is no token of ours, or one of another sort.
    """
    found = _TOKEN.fullmatch(before)
    if found is None or found[1] != sort:
        raise ValueError("before is not the `next` of a page in this order")
    numbers = int(found[2], 16), int(found[3], 16), int(found[4], 16) if found[4] else NO_ARRIVAL
    if max(abs(number) for number in numbers) > MAX_PLACE:
        raise ValueError("before is not the `next` of a page in this order")
    return numbers
