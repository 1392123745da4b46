"""What must happen now and then, whoever does it: ticks, readers scheduled, lost batches found, leases ended, pruning.

Several upkeep processes may run; a duty is taken by whoever comes first and rests until its time is over, so the
work is done once, and by the others when one is gone. No post passes through here.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from pipeline.broker.counters import Counters, by_process
from pipeline.broker.keys import Names
from pipeline.broker.outage import Outages, current
from pipeline.broker.redis_errors import BrokerRefused, asking
from pipeline.errors import BrokerUnavailable, StoreError, StoreUnavailable
from pipeline.match.search_registry import Registry
from pipeline.publish.order import Order
from pipeline.queue.claim_check import Claims
from pipeline.queue.dead_letters import DeadLetters
from pipeline.reader.status import Coverage, states
from pipeline.settings import Settings
from pipeline.store.contract import CoverageRow, Store

log = logging.getLogger(__name__)

RATE_OVER_S = 10.0
READER_EVERY_MS = 4_000
TOMBSTONE_LIFE_MS = 7 * 86_400_000
TOMBSTONES_KEPT = 50_000
"""The store keeps every tombstone; Redis needs those a batch in flight could still meet."""
ORPHAN_AGE_S = 120.0
REWRITE_EVERY_MS = 20_000
FRESH_MS = 50_000
"""So long after a withdrawal its traces are looked for: a rewrite of the broker's file falls into that time."""
UNREAD_MS = 15_000
UNREAD = "no reader was running"
IDENTITY_TTL_MS = 60_000
KEEPER_MS = 30_000
"""After this long another upkeep process takes over the periodic work of the store."""
SQLITE_GB = 5.0
"""STORE_MAX_GB of the store in DATA_DIR unless it is set, whichever Redis there is; a cluster has no limit of ours."""

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What upkeep works with. `queued` tells how many ids wait in the broker; `embedded`, whether Redis is our own.

    `store` gives the calling thread's own store, `kept_store` the process's one for the store's periodic work.
    """

    settings: Settings
    redis: Any
    names: Names
    store: Callable[[], Store]
    kept_store: Callable[[], Store]
    claims: Claims
    order: Order
    registry: Registry
    dead: DeadLetters
    counters: Counters
    enqueue: Callable[[str], None]
    read_stream: Callable[[str], None]
    queued: Callable[[], int]
    visibility_s: float
    embedded: bool


class Upkeep:
    """The duties. `store` gives the calling thread's own store."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._outages = Outages(means.redis, means.names)
        self._stored = 0
        self._seen: deque[tuple[float, dict[str, int]]] = deque()

    def tick(self) -> None:
        """Say `safe`, what is stored and how the sources are; every second."""
        means = self._means
        if not self._mine("tick", 900):
            return
        for duty in (self.schedule_readers, self.enqueue_sent):
            try:
                duty()
            except (BrokerUnavailable, BrokerRefused) as error:  # Celery's broker may be another Redis than ours
                log.warning("a message is not sent now: %s", error)
        told = {
            "type": "tick",
            "indexed": self._indexed(),
            "rate": round(self._rate(), 1),
            "sources": states(means.redis, means.names, means.settings.source),
            "outage": current(means.redis, means.names),
        }
        means.order.announce(_encode(told))

    def _indexed(self) -> int:
        """Return how many posts are stored, or were when the store last answered: a tick waits for nothing."""
        try:
            self._stored = self._means.store().indexed()
        except StoreUnavailable as error:
            self._outages.tell(str(error))
        except StoreError as error:
            log.warning("posts are not counted: %s", error)
        else:
            self._outages.tell(None)
        return self._stored

    def housekeep(self) -> None:
        """Do what is due of the rest; every few seconds. One duty that fails does not stop the others."""
        for job, every_ms, duty in (
            ("identity", 4_000, self.publish_identity),
            ("unread", 4_000, self.cover_unread),
            ("leases", 4_000, self.expire_searches),
            ("stale", 4_000, self.enqueue_stale),
            ("withdrawn", 9_000, self.purge_withdrawn),
            ("store", 4_000, self.store_upkeep),
            ("prune", 29_000, self.prune),
        ):
            if self._mine(job, every_ms):
                try:
                    duty()
                except (StoreUnavailable, BrokerUnavailable) as error:
                    log.warning("the duty %s waits: %s", job, error)
                except Exception:
                    log.exception("the duty %s failed, it comes again", job)

    # -- the duties
    def schedule_readers(self) -> None:
        """Ask for a reader where nobody holds the lease. The message expires: nothing piles up while none is there."""
        means = self._means
        for source in means.settings.source:
            if not means.claims.is_read(source) and self._mine(f"read:{source}", READER_EVERY_MS):
                means.read_stream(source)

    def enqueue_sent(self) -> None:
        """Enqueue what was sent to the API, because web processes speak to no broker but Redis, and what is to be tried
        again now."""
        means = self._means
        for batch_id in means.claims.unannounced():
            means.enqueue(batch_id)
        for batch_id in means.claims.due():
            means.enqueue(batch_id)
            means.claims.resumed(batch_id)

    def enqueue_stale(self) -> int:
        """Enqueue open batches whose message must be lost; return how many.

        While at least as many ids wait in the broker as batches are open, none is lost, only the queue is long.
        """
        means = self._means
        means.order.forget_orphans(ORPHAN_AGE_S)
        if means.queued() + means.claims.postponed() >= max(1, means.claims.backlog().batches):
            return 0
        ids = means.claims.stale(int(2 * means.visibility_s * 1000))
        for batch_id in ids:
            means.enqueue(batch_id)
        if ids:
            log.warning("%d open batches had no message left and were enqueued again", len(ids))
            means.counters.add("reenqueued", len(ids))
        return len(ids)

    def expire_searches(self) -> int:
        """End the registrations nobody renewed; return how many."""
        return self._means.registry.expire()

    def publish_identity(self) -> None:
        """Say which store the workers write, so that a web process with another one can tell."""
        publish_identity(self._means.redis, self._means.names, self._means.store())

    def purge_withdrawn(self) -> None:
        """Withdrawn posts leave the dead letters and, on the embedded broker, its file; old tombstones go."""
        means = self._means
        names, redis = means.names, means.redis
        now_ms = int(time.time() * 1000)
        with asking():
            redis.zremrangebyscore(names.gone, "-inf", now_ms - TOMBSTONE_LIFE_MS)
            redis.zremrangebyrank(names.gone, 0, -TOMBSTONES_KEPT - 1)
            fresh = redis.zrangebyscore(names.gone, now_ms - FRESH_MS, "+inf")
        if not fresh:
            return
        means.dead.purge([post_id.decode() for post_id in fresh])
        if means.embedded and self._mine("rewrite", REWRITE_EVERY_MS):
            try:
                with asking():
                    redis.bgrewriteaof()
            except BrokerRefused as error:
                log.info("the append-only file is not rewritten now: %s", error)

    def store_upkeep(self) -> None:
        """Let the store do its periodic work, in one process as long as that lives.

        A store gathers words over many rounds; words that few posts share would be lost where rounds are shared out.
        """
        if self._keeps("keeper", KEEPER_MS):
            self._means.kept_store().maintain()

    def prune(self) -> int:
        """Remove what is beyond RETENTION_DAYS or STORE_MAX_GB; return how many posts."""
        means = self._means
        settings = means.settings
        max_gb = settings.store_max_gb or (0.0 if settings.elasticsearch_url else SQLITE_GB)
        before_ms = int(time.time() * 1000) - settings.retention_days * 86_400_000 if settings.retention_days else None
        if before_ms is None and not max_gb:
            return 0
        removed = means.store().prune(before_ms=before_ms, max_bytes=int(max_gb * 1e9) if max_gb else None)
        if removed:
            means.order.announce(_encode({"type": "pruned", "before": before_ms}))
        return removed

    def cover(self, row: Coverage) -> None:
        """Write a coverage row that a reader asked for.

        Where reading went on at its cursor, an outage before it is taken back; where it did not and the reader before
        said nothing at its end, the time since it last read is one. A row told again changes nothing.
        """
        store = self._means.store()
        since = row.since
        if row.until is None:
            open_row = self._open_row(store, row.source)
            if open_row is not None and row.filled and open_row.why:
                since = open_row.since
            elif open_row is not None and since < open_row.since:
                return  # a later one has overtaken it
            elif open_row is not None and row.read_ms and not (row.filled or open_row.why):
                self._unread(store, open_row, row.read_ms)
            elif open_row is not None and (open_row.search, open_row.why) == (row.search, row.why):
                return
        store.add_coverage(CoverageRow(row.source, since, row.until, row.search, row.why))

    def cover_unread(self) -> None:
        """Say of each source that nobody reads now since when it is so, once a standby would have taken over."""
        means = self._means
        now_ms = int(time.time() * 1000)
        for source in means.settings.source:
            read_ms = None if means.claims.is_read(source) else means.claims.read_ms(source)
            if read_ms is not None and now_ms - read_ms > UNREAD_MS:
                store = means.store()
                open_row = self._open_row(store, source)
                if open_row is not None and not open_row.why:
                    self._unread(store, open_row, read_ms)

    @staticmethod
    def _open_row(store: Store, source: str) -> CoverageRow | None:
        rows = store.coverage(since=int(time.time() * 1000))
        return next((row for row in rows if row.source == source and row.until is None), None)

    @staticmethod
    def _unread(store: Store, open_row: CoverageRow, read_ms: int) -> None:
        since = max(open_row.since, read_ms)
        store.add_coverage(CoverageRow(open_row.source, since, None, open_row.search, UNREAD))

    # -- what they need
    def _mine(self, job: str, every_ms: int) -> bool:
        """Take a duty if nobody took it within its time."""
        with asking():
            return bool(
                self._means.redis.set(self._means.names.duty(job), self._means.counters.process, nx=True, px=every_ms)
            )

    def _keeps(self, job: str, rests_ms: int) -> bool:
        """Tell whether a job is this process's own: it keeps it until it has not asked for so long."""
        redis, name, process = self._means.redis, self._means.names.duty(job), self._means.counters.process
        with asking():
            if redis.get(name) == process.encode():
                redis.set(name, process, px=rests_ms)
                return True
            return bool(redis.set(name, process, nx=True, px=rests_ms))

    def _rate(self) -> float:
        """Return accepted posts a second over the last `RATE_OVER_S`, from all processes' counters."""
        now = time.monotonic()
        accepted = {
            process: values.get("posts_accepted", 0)
            for process, values in by_process(self._means.redis, self._means.names).items()
        }
        self._seen.append((now, accepted))
        while now - self._seen[0][0] > RATE_OVER_S:
            self._seen.popleft()
        then, before = self._seen[0]
        if now <= then:
            return 0.0
        return sum(max(0, count - before.get(process, 0)) for process, count in accepted.items()) / (now - then)


def publish_identity(redis: Any, names: Names, store: Store) -> None:
    """Say which store this process writes, for a while."""
    with asking():
        redis.set(names.store, store.identity, px=IDENTITY_TTL_MS)
