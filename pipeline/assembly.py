"""Puts the parts of a process together out of the settings: a worker's stages, a source's reader, upkeep's means.

The only place that knows every part. Nothing happens here but building; a process builds once and keeps.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from redis import Redis

from pipeline.broker.connections import connect, is_embedded
from pipeline.broker.counters import Counters
from pipeline.broker.keys import Names
from pipeline.broker.permissions import channel_problem
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.broker.store_outage import OutageReporter
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
from pipeline.reader.loop import Reader
from pipeline.reader.spool import Spool
from pipeline.reader.status import CoverageUpdate, StatusReporter
from pipeline.settings import Settings
from pipeline.sources.catalog import open_source
from pipeline.store import open_store
from pipeline.store.contract import Store
from pipeline.upkeep.duties import Means, Upkeep, publish_identity
from pipeline.worker.batch_processor import BatchProcessor, Stages
from pipeline.worker.intake_filter import IntakeFilter
from pipeline.worker.track import current_track

if TYPE_CHECKING:
    from pipeline.upkeep.recheck import Recheck

IDENTITY_EVERY_S = 15.0


class Process:
    """What every process of the pipeline shares between its threads: settings, names, one Redis client, counters."""

    def __init__(self, settings: Settings, role: str, *, connections: int = 1) -> None:
        self.settings = settings
        self.names = Names(settings.redis_prefix)
        self.redis: Redis = connect(settings, connections=connections, name=f"{self.names.prefix}-{role}")
        self.counters = Counters(self.redis, self.names, role)
        self.order = PublicationOrder(self.redis, self.names)
        self.claims = ClaimCheck(self.redis, self.names)
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
        """Return the process's one store for periodic work, which remembers from one time to the next.

        Any thread may use it, one at a time; who calls this sees to that.
        """
        with self._opening:
            if self._kept is None:
                self._kept = open_store(self.settings)
            return self._kept

    def track(self) -> str:
        """Return TRACK as it is now."""
        return current_track(self.redis, self.names, self.settings.track)


def build_ingest(process: Process, enqueue: Callable[[str], None], stopping: Callable[[], bool]) -> BatchProcessor:
    """Return a worker's ingest, its standing searches loaded and its store's identity published.

    Raises:
        BrokerRefused: the user of Redis may not publish, so that nothing would be live.
    """
    problem = channel_problem(process.redis, process.names)
    if problem:
        raise BrokerRefused(problem)
    matcher = open_matcher(process.settings)
    following = MatcherReplica(process.registry, matcher, understand)
    store = process.store()
    following.follow()
    publish_identity(process.redis, process.names, store)
    told_s = time.monotonic()

    def tell_identity() -> None:
        nonlocal told_s
        if time.monotonic() - told_s > IDENTITY_EVERY_S:
            told_s = time.monotonic()
            publish_identity(process.redis, process.names, store)

    process.counters.start(also=tell_identity)
    return BatchProcessor(
        Stages(
            names=process.names,
            claims=process.claims,
            order=process.order,
            store=store,
            following=following,
            tracking=IntakeFilter(process.track, understand, describe, matcher),
            dead=process.dead,
            counters=process.counters,
            normalise=normalise,
            enqueue=enqueue,
            stopping=stopping,
            outage=process.outages.report,
        )
    )


def open_matcher(settings: Settings) -> StandingMatcher:
    """Return an empty matcher of the kind that the settings name.

    Raises:
        SettingsError: MATCHER=percolator, and the server has none.
        StoreUnavailable: MATCHER=percolator, and the server cannot be reached now.
    """
    if settings.matcher == "memory":
        return MemoryMatcher()
    from pipeline.match.percolator import PercolatorMatcher, SearchIndex  # few need Elasticsearch's client
    from pipeline.store.elastic.cluster.client import client_of

    client, prefix = client_of(settings), settings.elasticsearch_prefix
    return PercolatorMatcher(SearchIndex(client, prefix, settings.redis_prefix, settings.elasticsearch_replicas))


def build_reader(
    process: Process,
    name: str,
    *,
    enqueue: Callable[[str], None],
    cover: Callable[[CoverageUpdate], None],
    stopping: Callable[[], bool],
) -> Reader:
    """Return the reader of a source."""
    standing = SearchTextReplica(process.registry)
    source = open_source(name, process.settings, track=process.track, searches=standing.texts)
    process.counters.start()
    speaker = StatusReporter(
        process.redis,
        process.order,
        process.names,
        name,
        generated=source.generated,
        cover=cover,
        search=process.track,
    )
    spool = process.settings.data_dir / "spool" / name
    return Reader(
        source,
        process.claims,
        speaker,
        process.counters,
        enqueue=enqueue,
        high_water_bytes=process.claims.high_water_bytes(process.settings.queue_max_mb),
        stopping=stopping,
        open_spool=lambda: Spool(spool, process.settings.spool_max_mb * 1024 * 1024),
    )


def build_upkeep(
    process: Process,
    *,
    enqueue: Callable[[str], None],
    read_stream: Callable[[str], None],
    queued: Callable[[], int],
    visibility_s: float,
) -> Upkeep:
    """Return upkeep."""
    process.counters.start()
    return Upkeep(
        Means(
            settings=process.settings,
            redis=process.redis,
            names=process.names,
            store=process.store,
            kept_store=process.kept_store,
            claims=process.claims,
            order=process.order,
            registry=process.registry,
            dead=process.dead,
            counters=process.counters,
            enqueue=enqueue,
            read_stream=read_stream,
            queued=queued,
            visibility_s=visibility_s,
            embedded=is_embedded(process.settings),
        )
    )


def build_recheck(process: Process, *, enqueue: Callable[[str], None], stopping: Callable[[], bool]) -> Recheck:
    """Return the re-check of stored posts."""
    from pipeline.upkeep.recheck import (
        Recheck,  # only upkeep needs it, and the clients of networks that it brings along
    )

    return Recheck(
        settings=process.settings,
        redis=process.redis,
        names=process.names,
        store=process.store,
        claims=process.claims,
        counters=process.counters,
        enqueue=enqueue,
        stopping=stopping,
    )


def understand(text: str) -> Query:
    """Return a search as of now."""
    return parse(text, int(time.time() * 1000))
