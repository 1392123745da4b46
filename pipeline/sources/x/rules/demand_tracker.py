"""Demand for posts of X: TRACK or the searches people look at, and when a change of it is due to become rules.

`take` returns the demand, `due` tells whether it has changed and settled since (debouncing), `plan` makes the rules for
it, and `refused` isolates a search that X finds invalid. A person who types passes through many searches, and X allows
few changes of rules. A change of searches therefore waits until nothing has changed for `settle_s` seconds, though not
for ever, and until `apart_s` seconds after the last change. A change of TRACK is a person's order and waits for
nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.errors import BrokerUnavailable
from pipeline.sources.x.rules.packing import RulePacker
from pipeline.sources.x.rules.rule_plan import SEARCHES, RulePlan, plan_for_searches, plan_for_track

SETTLE_S = 2.0
"""Seconds without a change of the searches after which a change is due."""
APART_S = 20.0
"""Seconds between two changes: one costs up to four calls, and X allows some apps a hundred in a quarter of an hour."""
SETTLES_WITHIN = 5
"""A search waits at most this many times `settle_s` because others come and go."""


@dataclass(frozen=True)
class Demand:
    """TRACK, and under TRACK=searches the open searches."""

    track: str
    searches: tuple[str, ...] = ()


class DemandTracker:
    """Tracker of the demand that TRACK and the registry state. One thread uses it; `plan` may run in another."""

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
        self._packer = RulePacker()
        self._taken: Demand | None = None
        self._taken_s = float("-inf")
        self._demand: Demand | None = None
        self._changed_s = 0.0
        self._last_change_s = 0.0
        self._retry_refused = False

    def take(self) -> Demand:
        """Return the demand as it is now; `due` compares later ones with it.

        Raises:
            BrokerUnavailable: the demand cannot be read, and never was.
        """
        before, self._taken = self._taken, self._look()
        if before is not None and before != self._taken:
            self._taken_s = self._clock_s()
        self._changed_s = 0.0
        self._retry_refused = False
        return self._taken

    def due(self) -> bool:
        """Tell whether the demand differs from the one taken last, and has settled."""
        before, now_s = self._demand, self._clock_s()
        demand = self._look()
        if self._taken is None or demand.track != self._taken.track:
            return True
        if self._retry_refused:
            return now_s - self._taken_s >= self._apart_s
        if demand == self._taken:
            self._changed_s = 0.0
            return False
        if not self._changed_s:
            self._changed_s = self._last_change_s = now_s
        elif demand != before:
            self._last_change_s = now_s
        settled = now_s - self._last_change_s >= self._settle_s
        waited = now_s - self._changed_s >= SETTLES_WITHIN * self._settle_s
        return (settled or waited) and now_s - self._taken_s >= self._apart_s

    def refused(self, demand: Demand, rules: Sequence[str]) -> None:
        """Note that X finds rules of a demand invalid; under TRACK=searches the search to blame is isolated."""
        if demand.track == SEARCHES and rules:
            self._packer.refuse(rules)
            self._retry_refused = True
            self._taken_s = self._clock_s()

    def plan(self, demand: Demand, room: int | None) -> RulePlan:
        """Return the rules for a demand, at most `room` of them (None: no limit)."""
        if demand.track == SEARCHES:
            return plan_for_searches(demand.searches, self._packer, room)
        return plan_for_track(demand.track)

    def _look(self) -> Demand:
        try:
            track = self._track().strip()
            self._demand = Demand(track, tuple(self._searches()) if track == SEARCHES else ())
        except BrokerUnavailable:
            if self._demand is None:
                raise
        return self._demand
