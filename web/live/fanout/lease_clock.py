"""Clock of the searches' leases: when they were last renewed, and whether this process slept through their end.

It tells how far a client may resume: after such a sleep, or while earlier posts are missing, no further than what was
surely received. The clock runs on while the machine sleeps.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from pipeline.match.search_registry import SEARCH_LEASE_MS
from web.live.fanout.live_search import LiveSearch

NO_LIMIT = 2**63


def boot_clock() -> float:
    """Return seconds of a clock that also runs while the machine or this process sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class LeaseClock:
    """When the leases were last renewed, and the low watermark of that time."""

    def __init__(self, now_s: Callable[[], float] = boot_clock) -> None:
        self.now_s = now_s
        self.renewed_at_s = now_s()
        self.renewed_safe = 0

    @property
    def age_s(self) -> float:
        """Seconds since the last renewal."""
        return self.now_s() - self.renewed_at_s

    @property
    def slept(self) -> bool:
        """Whether, by this process's own clock, the last renewal is so long ago that its leases may have lapsed."""
        return self.age_s > SEARCH_LEASE_MS / 1000

    def resume_limit(self, search: LiveSearch) -> int:
        """Return the greatest number that a frame of a search may carry as `after`.

        While earlier posts are missing, no client may resume from a later number.
        """
        limit = NO_LIMIT if search.refill_from is None else search.refill_from
        return min(limit, self.renewed_safe) if self.slept else limit
