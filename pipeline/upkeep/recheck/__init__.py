"""Deletions that no stream brought: stored posts are looked up again, and what is gone is withdrawn (docs/sources.md).

A round goes through all posts of a source, newest first, and rests until it is due again, so what was checked longest
ago is next; around a gap of a source that tells of deletions only what is stored there is looked at. What is found goes
the ordinary way: as a batch of raw records, through the queue. Bounded and polite: some posts a call, calls apart, a
share of the budget, no answer no deletion; it can be stopped after any call and goes on there.
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
from pipeline.queue.batch import RawBatch, encode_batch
from pipeline.queue.claim_check import Claims, new_batch_id
from pipeline.settings import Settings
from pipeline.source_names import RECHECKED
from pipeline.sources.catalog import open_lookup
from pipeline.sources.lookup_contract import Lookup
from pipeline.store.contract import Store
from pipeline.upkeep.recheck.notes import Notebook
from pipeline.upkeep.recheck.run import Run, Tally

log = logging.getLogger(__name__)

YOUNG_MS = 600_000
"""Posts younger than this are left out: a network's look-up may not know them yet."""


@dataclass(frozen=True, kw_only=True)
class Recheck:
    """Looks posts of the sources up again. `store` gives the calling thread's own store."""

    settings: Settings
    redis: Any
    names: Names
    store: Callable[[], Store]
    claims: Claims
    enqueue: Callable[[str], None]
    counters: Counters
    stopping: Callable[[], bool] = lambda: False
    lookup: Callable[[str, Settings], Lookup | None] = open_lookup
    sleep: Callable[[float], None] = time.sleep
    young_ms: int = YOUNG_MS
    _lookups: dict[str, Lookup | None] = field(default_factory=dict)

    def due(self) -> list[Tally]:
        """Do a little of what is due for every source; called by upkeep. One that fails does not stop the others.

        Raises:
            StoreUnavailable, BrokerUnavailable.
        """
        if not self.settings.recheck_hours:
            return []
        tallies = []
        for source in self.settings.source:
            if source not in RECHECKED:
                continue
            try:
                tallies.append(self.run(source, within_s=20.0))
            except (StoreUnavailable, BrokerUnavailable):
                raise
            except MurmurError as error:
                log.warning("%s is not re-checked now: %s", source, error)
            except Exception:
                log.exception("the re-check of %s failed, it comes again", source)
        return tallies

    def run(self, source: str, *, within_s: float, limit: int | None = None, whole: bool = False) -> Tally:
        """Look posts of a source up for so long, at most `limit`; `whole`: all that are stored, due or not.

        Raises:
            StoreUnavailable, BrokerUnavailable.
        """
        if source not in self._lookups:
            self._lookups[source] = self.lookup(source, self.settings)
        lookup = self._lookups[source]
        if lookup is None:
            return Tally(done=True, waits=f"{source} has no look-up")
        token = secrets.token_hex(8)
        notebook = Notebook(self.redis, self.names)
        if not notebook.hold(source, token):
            return Tally(busy=True)
        try:
            notes = notebook.read(source)
            run = Run(self, source, lookup, notes, lambda: notebook.write(source, notes, token))
            return run.go(time.monotonic() + within_s, limit, whole=whole)
        finally:
            notebook.let_go(source, token)

    def hand_over(self, source: str, batch: RawBatch) -> None:
        """Give records about a source's posts to the workers."""
        batch_id = new_batch_id(f"recheck-{source}")
        self.claims.offer(batch_id, encode_batch(batch))
        try:
            self.enqueue(batch_id)
        except BrokerUnavailable as error:
            log.warning("batch %s waits for upkeep: %s", batch_id, error)
