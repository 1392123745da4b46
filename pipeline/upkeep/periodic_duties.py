"""Duties of upkeep: once a second the tick (sends missing messages, announces status and `safe`), and a table of
periodic work, each row run when it is due.

The table: publish the store's identity, note unread sources, expire standing searches, enqueue lost batches, remove
traces of deletions, note which pinned posts are gone, maintain the store, prune. A duty that fails does not stop the
others. Several upkeep processes may run: a lock gives each duty to one of them, and the others take over when that one
is gone. No post passes through upkeep.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from pipeline.broker.counters import Counters
from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.decks.deck_notice import deck_notice
from pipeline.decks.gone_pins import note_gone_pins
from pipeline.errors import BrokerUnavailable, StoreUnavailable
from pipeline.match.search_registry import Registry
from pipeline.publish.publication_order import PublicationOrder
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.dead_letters import DeadLetters
from pipeline.queue.reader_leases import Leases
from pipeline.queue.task_queue import TaskQueue
from pipeline.settings import Settings
from pipeline.store.contract import Store
from pipeline.upkeep.coverage_writer import CoverageWriter
from pipeline.upkeep.deleted_post_purge import DeletionTraces
from pipeline.upkeep.duty_locks import DutyLocks
from pipeline.upkeep.missing_messages import MissingMessages
from pipeline.upkeep.retention import Retention
from pipeline.upkeep.store_identity_publisher import publish_identity
from pipeline.upkeep.tick import Ticker

log = logging.getLogger(__name__)

TICK_MS = 900
MAINTAINER_IDLE_MS = 30_000
"""Milliseconds after which another upkeep process takes over the periodic work of the store."""


class Upkeep:
    """All duties of one upkeep process.

    Args:
        store: returns the calling thread's own store.
        kept_store: returns the process's one store for its periodic work, which gathers data over many rounds.
        visibility_s: seconds after which Celery delivers a message again that nobody acknowledged.
        embedded: whether Redis is the broker that `murmur run` starts.
        (others): the parts of the process, see `pipeline/assembly.py`.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        redis: Any,
        names: Names,
        store: Callable[[], Store],
        kept_store: Callable[[], Store],
        claims: ClaimCheck,
        leases: Leases,
        order: PublicationOrder,
        registry: Registry,
        dead: DeadLetters,
        counters: Counters,
        queue: TaskQueue,
        visibility_s: float,
        embedded: bool,
    ) -> None:
        self._redis = redis
        self._names = names
        self._store = store
        self._kept_store = kept_store
        self._registry = registry
        self._order = order
        self._locks = DutyLocks(redis, names, counters.process)
        self._ticker = Ticker(redis, names, order, store, settings.source)
        self.messages = MissingMessages(
            claims,
            leases,
            order,
            counters,
            queue=queue,
            locks=self._locks,
            sources=settings.source,
            visibility_s=visibility_s,
        )
        self.coverage = CoverageWriter(store, leases, settings.source)
        self.traces = DeletionTraces(redis, names, dead, self._locks, embedded=embedded)
        self.retention = Retention(settings, store, order)

    def tick(self) -> None:
        """Send missing messages and announce a tick, once a second of all upkeep processes together."""
        if not self._locks.take("tick", TICK_MS):
            return
        for duty in (self.messages.request_readers, self.messages.enqueue_offered):
            try:
                duty()
            except (BrokerUnavailable, BrokerRefused) as error:  # Celery's broker may be another Redis than ours
                log.warning("a message is not sent now: %s", error)
        self._ticker.tick()

    def housekeep(self) -> None:
        """Do the duties that are due; called every few seconds. A duty that fails does not stop the others."""
        for duty, every_ms, work in (
            ("identity", 4_000, self.publish_identity),
            ("unread", 4_000, self.coverage.write_unread),
            ("leases", 4_000, self._registry.expire),
            ("stale", 4_000, self.messages.enqueue_lost),
            ("withdrawn", 9_000, self.traces.purge),
            ("pins", 3_000, self.note_gone_pins),
            ("store", 4_000, self.maintain_store),
            ("prune", 29_000, self.retention.prune),
        ):
            if self._locks.take(duty, every_ms):
                try:
                    work()
                except (StoreUnavailable, BrokerUnavailable) as error:
                    log.warning("the duty %s waits: %s", duty, error)
                except Exception:
                    log.exception("the duty %s failed, it is tried again", duty)

    def publish_identity(self) -> None:
        """Publish the identity of the store that the workers write; a web process on another store notices."""
        publish_identity(self._redis, self._names, self._store())

    def note_gone_pins(self) -> None:
        """Note which pinned posts were deleted at their source, and tell the browsers that follow their decks."""
        for deck, revision in note_gone_pins(self._store()):
            self._order.announce(deck_notice(deck, revision, "pins"))

    def maintain_store(self) -> None:
        """Let the store do its periodic work, always in the same process while that lives.

        A store counts words over many rounds; were the rounds shared out, words of few posts would be lost.
        """
        if self._locks.keep("keeper", MAINTAINER_IDLE_MS):
            self._kept_store().maintain()
