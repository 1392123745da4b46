"""When X is to be asked for something else: TRACK was changed, or what people look at, and has settled.

Whoever types passes through many searches, and X allows few changes of rules: a change of searches waits until nothing
has changed for `settle_s`, but not for ever, and `apart_s` after the last. A change of TRACK is somebody's order and
waits for nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.errors import BrokerUnavailable
from pipeline.sources.x.rules.asked import SEARCHES, Asked, asked_by_searches, asked_by_track
from pipeline.sources.x.rules.grouping import Grouping

SETTLE_S = 2.0
APART_S = 20.0
"""A change costs up to four calls, and X allows some apps a hundred in a quarter of an hour."""
SETTLES_WITHIN = 5
"""A search waits at most so many times `settle_s` because others come and go."""


@dataclass(frozen=True)
class Wish:
    """TRACK, and under TRACK=searches what people look at."""

    track: str
    searches: tuple[str, ...] = ()


class Wishes:
    """What is wanted, as told by TRACK and the registry. Belongs to one thread, but for `asked`."""

    def __init__(
        self,
        track: Callable[[], str],
        searches: Callable[[], Sequence[str]],
        *,
        settle_s: float = SETTLE_S,
        apart_s: float = APART_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._track = track
        self._searches = searches
        self._settle_s = settle_s
        self._apart_s = apart_s
        self._clock_s = clock_s
        self._grouping = Grouping()
        self._taken: Wish | None = None
        self._taken_s = float("-inf")
        self._wish: Wish | None = None
        self._differs_s = 0.0
        self._moved_s = 0.0
        self._again = False

    def take(self) -> Wish:
        """Return what is wanted now; it counts as asked for from here on.

        Raises:
            BrokerUnavailable: nobody can say, and nobody ever could.
        """
        before, self._taken = self._taken, self._look()
        if before is not None and before != self._taken:
            self._taken_s = self._clock_s()
        self._differs_s = 0.0
        self._again = False
        return self._taken

    def due(self) -> bool:
        """Tell whether something else is wanted than was taken last, and now is the time to ask for it."""
        before, now_s = self._wish, self._clock_s()
        wish = self._look()
        if self._taken is None or wish.track != self._taken.track:
            return True
        if self._again:
            return now_s - self._taken_s >= self._apart_s
        if wish == self._taken:
            self._differs_s = 0.0
            return False
        if not self._differs_s:
            self._differs_s = self._moved_s = now_s
        elif wish != before:
            self._moved_s = now_s
        settled = now_s - self._moved_s >= self._settle_s
        waited = now_s - self._differs_s >= SETTLES_WITHIN * self._settle_s
        return (settled or waited) and now_s - self._taken_s >= self._apart_s

    def refused(self, wish: Wish, rules: Sequence[str]) -> None:
        """Note that X finds rules of a wish invalid: under TRACK=searches what is to blame is looked for."""
        if wish.track == SEARCHES and rules:
            self._grouping.refuse(rules)
            self._again = True
            self._taken_s = self._clock_s()

    def asked(self, wish: Wish, room: int | None) -> Asked:
        """Return what a wish asks X for, in at most so many rules."""
        if wish.track == SEARCHES:
            return asked_by_searches(wish.searches, self._grouping, room)
        return asked_by_track(wish.track)

    def _look(self) -> Wish:
        try:
            track = self._track().strip()
            self._wish = Wish(track, tuple(self._searches()) if track == SEARCHES else ())
        except BrokerUnavailable:
            if self._wish is None:
                raise
        return self._wish
