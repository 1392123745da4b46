"""Re-check: finds deletions that no stream reported, by looking stored posts up at their source again.

Upkeep calls `due` for a slice of time; `murmur recheck` calls `run`. One process at a time holds a source. A round goes
through all posts of a source, newest first, and rests until it is due again. For a source that streams its deletions,
only posts around a gap, and of accounts whose changes it lost count of, are checked, unless all are asked for. What is
found goes through the queue as a batch of raw records. The re-check is bounded and polite: few posts a call, pauses
between calls, a share of the budget; a missing answer is no deletion. It can stop after any call and resumes there.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipeline.broker.counters import Counters
from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable, MurmurError, StoreUnavailable
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.recheck_requests import RecheckRequests
from pipeline.settings import Settings
from pipeline.source_names import RECHECKED
from pipeline.sources.catalog import open_lookup
from pipeline.sources.lookup_contract import Lookup
from pipeline.store.contract import Store
from pipeline.upkeep.recheck.enqueue_findings import Findings
from pipeline.upkeep.recheck.progress import RecheckProgressStore
from pipeline.upkeep.recheck.result import RecheckResult
from pipeline.upkeep.recheck.run import RecheckRun

log = logging.getLogger(__name__)

YOUNG_MS = 600_000
"""Posts younger than this (ms) are left out: a network's look-up may not know them yet."""
DUE_S = 20.0
"""Seconds that each source gets when upkeep calls."""


@dataclass(frozen=True, kw_only=True)
class Recheck:
    """Re-checks sources. `store` returns the calling thread's own store, `lookup` opens a source's look-up."""

    settings: Settings
    redis: Any
    names: Names
    store: Callable[[], Store]
    claims: ClaimCheck
    enqueue: Callable[[str], None]
    counters: Counters
    stopping: Callable[[], bool] = lambda: False
    lookup: Callable[[str, Settings], Lookup | None] = open_lookup
    sleep: Callable[[float], None] = time.sleep
    young_ms: int = YOUNG_MS
    _lookups: dict[str, Lookup | None] = field(default_factory=dict)

    def due(self) -> list[RecheckResult]:
        """Re-check each source that is due for a while; called by upkeep. A source that fails does not stop the others.

        Raises:
            StoreUnavailable, BrokerUnavailable: an outage.
        """
        if not self.settings.recheck_hours:
            return []
        tallies = []
        for source in self.settings.source:
            if source not in RECHECKED:
                continue
            try:
                tallies.append(self.run(source, within_s=DUE_S))
            except (StoreUnavailable, BrokerUnavailable):
                raise
            except MurmurError as error:
                log.warning("%s is not re-checked now: %s", source, error)
            except Exception:
                log.exception("the re-check of %s failed, it is tried again", source)
        return tallies

    def run(self, source: str, *, within_s: float, limit: int | None = None, whole: bool = False) -> RecheckResult:
        """Re-check a source for `within_s` seconds, at most `limit` posts; `whole`: all stored posts, due or not.

        Raises:
            StoreUnavailable, BrokerUnavailable: an outage.
        """
        if source not in self._lookups:
            self._lookups[source] = self.lookup(source, self.settings)
        lookup = self._lookups[source]
        if lookup is None:
            return RecheckResult(done=True, waits=f"{source} has no look-up")
        token = secrets.token_hex(8)
        store = RecheckProgressStore(self.redis, self.names)
        if not store.hold(source, token):
            return RecheckResult(busy=True)
        try:
            progress = store.read(source)
            result = RecheckResult()
            findings = Findings(source, self.claims, self.enqueue, self.counters, result=result, progress=progress)
            run = RecheckRun(
                source,
                lookup,
                progress,
                result,
                findings,
                settings=self.settings,
                store=self.store,
                open_batches=lambda: self.claims.backlog().batches,
                save=lambda: store.write(source, progress, token),
                requests=RecheckRequests(self.redis, self.names),
                stopping=self.stopping,
                sleep=self.sleep,
                young_ms=self.young_ms,
            )
            run.go(time.monotonic() + within_s, limit, whole=whole)
            return result
        finally:
            store.let_go(source, token)
