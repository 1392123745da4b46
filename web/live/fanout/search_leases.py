"""Search leases: keep the searches of this process registered with the workers, and find leases that lapsed.

A worker matches only registered searches, so a lapsed lease is a gap in the live posts of its search: those searches
are marked and returned for a refill. A lapse shows by Redis's answer or by this process's own clock.
"""

from __future__ import annotations

from pipeline.match.search_registry import SEARCH_LEASE_MS, Registry
from pipeline.query.tree import Query
from web.live.fanout.lease_clock import LeaseClock
from web.live.fanout.live_search import LiveSearch, SearchTable
from web.live.fanout.watermark import Watermark
from web.live.recovery.loss_tracker import Losses

RENEW_CHUNK = 500
"""Searches that one call renews."""


class SearchLeases:
    """The leases of the searches in a table."""

    def __init__(
        self, registry: Registry, searches: SearchTable, watermark: Watermark, clock: LeaseClock, losses: Losses
    ) -> None:
        self._registry = registry
        self._searches = searches
        self._watermark = watermark
        self._clock = clock
        self._losses = losses

    def register(self, query: Query) -> list[LiveSearch]:
        """Register or renew one search; return it if its lease had lapsed under watchers, for a refill.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        fresh = self._registry.register({query.key: query.canonical})
        search = self._searches.get(query.key)
        if not fresh or search is None or not search.watchers:
            return []
        return self._mark([search])

    def renew(self) -> list[LiveSearch]:
        """Renew every lease; return the searches whose lease had lapsed, by Redis or by this process's clock.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        clock = self._clock
        safe_before, began = self._watermark.safe, clock.now_s()
        slept = began - clock.renewed_at_s > SEARCH_LEASE_MS / 1000
        searches = list(self._searches)
        lapsed = list(searches) if slept else []
        for at in range(0, len(searches), RENEW_CHUNK):
            part = searches[at : at + RENEW_CHUNK]
            fresh = self._registry.register({search.key: search.query.canonical for search in part})
            if fresh and not slept:
                lapsed += [search for search in part if search.key in fresh]
        if lapsed:
            self._mark(lapsed)
        # The time before the call: a process that sleeps during the call must notice at the next renewal.
        if began >= clock.renewed_at_s:
            clock.renewed_at_s = began
            clock.renewed_safe = safe_before
        return lapsed

    def _mark(self, lapsed: list[LiveSearch]) -> list[LiveSearch]:
        self._losses.mark_lapsed(lapsed, self._clock.renewed_safe)
        return lapsed
