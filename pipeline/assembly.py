"""Assembly: builds the worker's batch runner, a source's reader, upkeep and the re-check from the settings.

`Process` holds what the threads of a process share (Redis client, key names, counters) and opens each thread's own
store at its first use. `build_batch_runner` loads the standing searches and refuses to start where Redis forbids
publishing; `open_matcher` chooses the matcher; `understand` parses a search with relative times that count from now.
The only module of the pipeline that knows all its parts. A process builds its parts once and keeps them.
"""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from redis import Redis

from pipeline.broker.connections import connect, is_embedded
from pipeline.broker.counters import Counters
from pipeline.broker.keys import Names
from pipeline.broker.permissions import channel_problem
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.broker.store_outage import OutageReporter
from pipeline.clock import now_ms
from pipeline.match.contract import StandingMatcher
from pipeline.match.matcher_replica import MatcherReplica
from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.match.search_registry import Registry
from pipeline.match.search_text_replica import SearchTextReplica
from pipeline.normalise import normalise
from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.document import describe
from pipeline.query.parser import parse
from pipeline.query.tree import Query
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.dead_letters import DeadLetters
from pipeline.queue.reader_leases import Leases
from pipeline.queue.recheck_requests import RecheckRequests
from pipeline.queue.task_queue import TaskQueue
from pipeline.reader.loop import Reader
from pipeline.reader.spool import Spool
from pipeline.reader.status_reporter import StatusReporter
from pipeline.settings import Settings
from pipeline.sources.catalog import open_source
from pipeline.store import open_store
from pipeline.store.contract import Store
from pipeline.upkeep.periodic_duties import Upkeep
from pipeline.upkeep.store_identity_publisher import publish_identity
from pipeline.worker.batch_processor import BatchProcessor
from pipeline.worker.batch_runner import BatchRunner
from pipeline.worker.intake_filter import IntakeFilter
from pipeline.worker.normalised_batch import Normalise
from pipeline.worker.track_setting import current_track

if TYPE_CHECKING:
    from pipeline.upkeep.recheck.recheck import Recheck

IDENTITY_EVERY_S = 15.0


class Process:
    """The parts that every process shares between its threads: settings, key names, one Redis client, counters."""

    def __init__(self, settings: Settings, role: str, *, connections: int = 1) -> None:
        self.settings = settings
        self.names = Names(settings.redis_prefix)
        self.redis: Redis = connect(settings, connections=connections, name=f"{self.names.prefix}-{role}")
        self.counters = Counters(self.redis, self.names, role)
        self.order = PublicationOrder(self.redis, self.names)
        self.claims = ClaimCheck(self.redis, self.names)
        self.leases = Leases(self.redis, self.names)
        self.registry = Registry(self.redis, self.names)
        self.dead = DeadLetters(self.redis, self.names)
        self.outages = OutageReporter(self.redis, self.names)
        self._local = threading.local()
        self._kept: Store | None = None
        self._opening = threading.Lock()

    def store(self) -> Store:
        """Return the calling thread's own store."""
        store: Store | None = getattr(self._local, "store", None)
        if store is None:
            store = self._local.store = open_store(self.settings)
        return store

    def kept_store(self) -> Store:
        """Return the process's one store for periodic work, which gathers data over many rounds.

        Any thread may use it, one at a time; the caller ensures that.
        """
        with self._opening:
            if self._kept is None:
                self._kept = open_store(self.settings)
            return self._kept

    def track(self) -> str:
        """Return TRACK as it is now.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        return current_track(self.redis, self.names, self.settings.track)


def build_batch_runner(process: Process, queue: TaskQueue, normalised: Normalise | None = None) -> BatchRunner:
    """Return a worker's batch runner, with the standing searches loaded and the store's identity published.

    `normalised` normalises in the place of `normalise`, as an import does that has done so already.

    Raises:
        BrokerRefused: the Redis user may not publish, so no post would be live.
    """
    problem = channel_problem(process.redis, process.names)
    if problem:
        raise BrokerRefused(problem)
    matcher = open_matcher(process.settings)
    following = MatcherReplica(process.registry, matcher, understand)
    store = process.store()
    following.follow()
    publish_identity(process.redis, process.names, store)
    published_s = time.monotonic()

    def publish_identity_again() -> None:
        nonlocal published_s
        if time.monotonic() - published_s > IDENTITY_EVERY_S:
            published_s = time.monotonic()
            publish_identity(process.redis, process.names, store)

    process.counters.start(also=publish_identity_again)
    processor = BatchProcessor(
        names=process.names,
        claims=process.claims,
        order=process.order,
        store=store,
        following=following,
        intake=IntakeFilter(process.track, understand, describe, matcher),
        dead=process.dead,
        counters=process.counters,
        normalise=normalised or partial(normalise, consent=process.settings.mastodon_consent),
        request_rechecks=RecheckRequests(process.redis, process.names).add,
        stopping=queue.stopping,
    )
    return BatchRunner(processor, process.claims, process.counters, queue, report_outage=process.outages.report)


def open_matcher(settings: Settings) -> StandingMatcher:
    """Return an empty matcher of the kind that the settings name.

    Raises:
        SettingsError: MATCHER=percolator, and the server has no percolator.
        StoreUnavailable: MATCHER=percolator, and the server cannot be reached now.
    """
    if settings.matcher == "memory":
        return MemoryMatcher()
    from pipeline.match.percolator import PercolatorMatcher, SearchIndex  # imports Elasticsearch's client
    from pipeline.store.elastic.cluster.client import client_of

    client, prefix = client_of(settings), settings.elasticsearch_prefix
    return PercolatorMatcher(SearchIndex(client, prefix, settings.redis_prefix, settings.elasticsearch_replicas))


def build_reader(process: Process, name: str, queue: TaskQueue) -> Reader:
    """Return the reader of a source."""
    standing = SearchTextReplica(process.registry)
    source = open_source(name, process.settings, track=process.track, searches=standing.texts)
    process.counters.start()
    reporter = StatusReporter(
        process.redis,
        process.order,
        process.names,
        name,
        generated=source.generated,
        cover=queue.cover,
        search=process.track,
    )
    spool = process.settings.data_dir / "spool" / name
    return Reader(
        source,
        process.leases,
        process.claims,
        reporter,
        process.counters,
        queue=queue,
        high_water_bytes=process.claims.high_water_bytes(process.settings.queue_max_mb),
        open_spool=lambda: Spool(spool, process.settings.spool_max_mb * 1024 * 1024),
    )


def build_upkeep(process: Process, queue: TaskQueue, *, visibility_s: float) -> Upkeep:
    """Return upkeep's duties. `visibility_s`: seconds after which Celery delivers an unacknowledged message again."""
    process.counters.start()
    return Upkeep(
        settings=process.settings,
        redis=process.redis,
        names=process.names,
        store=process.store,
        kept_store=process.kept_store,
        claims=process.claims,
        leases=process.leases,
        order=process.order,
        registry=process.registry,
        dead=process.dead,
        counters=process.counters,
        queue=queue,
        visibility_s=visibility_s,
        embedded=is_embedded(process.settings),
    )


def build_recheck(process: Process, queue: TaskQueue) -> Recheck:
    """Return the re-check of stored posts."""
    from pipeline.upkeep.recheck.recheck import Recheck  # imports clients of networks, which only upkeep needs

    return Recheck(
        settings=process.settings,
        redis=process.redis,
        names=process.names,
        store=process.store,
        claims=process.claims,
        counters=process.counters,
        enqueue=queue.enqueue,
        stopping=queue.stopping,
    )


def understand(text: str) -> Query:
    """Return a parsed search; its relative times count from now.

    Raises:
        QueryError: the text is no search.
    """
    return parse(text, now_ms())
