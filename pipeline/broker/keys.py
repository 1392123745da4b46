"""Key names: every Redis key, Pub/Sub channel and Celery queue of the product, each with its type and meaning.

All begin with `REDIS_PREFIX` (default "murmur"). Channels do too, because Pub/Sub ignores database numbers.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """The names under one prefix."""

    prefix: str = "murmur"

    # -- Celery queues (with a dot, so that no key of ours collides with kombu's)
    @property
    def posts_queue(self) -> str:
        """Celery queue: batch ids for `ingest`."""
        return f"{self.prefix}.posts"

    def stream_queue(self, source: str) -> str:
        """Celery queue: `read_stream` of one source."""
        return f"{self.prefix}.stream.{source}"

    @property
    def upkeep_queue(self) -> str:
        """Celery queue: tasks of upkeep."""
        return f"{self.prefix}.upkeep"

    # -- claim check
    def batch(self, batch_id: str) -> str:
        """String: one raw batch, until it is done."""
        return f"{self.prefix}:batch:{batch_id}"

    @property
    def open(self) -> str:
        """Sorted set: ids of batches not yet done, by the time (ms, Redis's clock) they were last enqueued."""
        return f"{self.prefix}:open"

    @property
    def later(self) -> str:
        """Sorted set: ids of batches that failed, by the time (ms, Redis's clock) to enqueue them again."""
        return f"{self.prefix}:later"

    @property
    def open_bytes(self) -> str:
        """Number: bytes of all open batches, for the high-water mark."""
        return f"{self.prefix}:open:bytes"

    @property
    def attempts(self) -> str:
        """Hash: batch id → attempts without an outage."""
        return f"{self.prefix}:attempts"

    # -- order of publication (docs/design/delivery.md)
    @property
    def seq(self) -> str:
        """Number: the last sequence number given out."""
        return f"{self.prefix}:seq"

    @property
    def inflight(self) -> str:
        """Sorted set: batch id → the first sequence number that its current attempt reserved."""
        return f"{self.prefix}:inflight"

    @property
    def owner(self) -> str:
        """Hash: batch id → token of the attempt that may commit it."""
        return f"{self.prefix}:owner"

    # -- Pub/Sub
    def live(self, key: str) -> str:
        """Channel: matches of one standing search: `safe`, a newline, a JSON array of posts."""
        return f"{self.prefix}:live:{key}"

    @property
    def notices(self) -> str:
        """Channel: `safe`, a newline, one JSON object: tick, deleted, gone, edited, source, gap."""
        return f"{self.prefix}:notices"

    # -- standing searches
    @property
    def searches(self) -> str:
        """Hash: key → canonical text."""
        return f"{self.prefix}:searches"

    @property
    def searches_lease(self) -> str:
        """Sorted set: key → lease end, ms by Redis's clock."""
        return f"{self.prefix}:searches:lease"

    @property
    def searches_version(self) -> str:
        """Number: version of the registry, incremented by every change."""
        return f"{self.prefix}:searches:version"

    @property
    def searches_changed(self) -> str:
        """Sorted set: key → registry version of its last change; workers read the differences from here."""
        return f"{self.prefix}:searches:changed"

    @property
    def searches_floor(self) -> str:
        """Number: registry version below which removals are forgotten; an older replica reads the whole registry."""
        return f"{self.prefix}:searches:floor"

    # -- deletions
    @property
    def gone(self) -> str:
        """Sorted set: tombstones, post id → time (ms); kept at least 7 days."""
        return f"{self.prefix}:gone"

    @property
    def rewritten(self) -> str:
        """Sorted set: of ids that were used again, the greatest versions (ms) of deletion and post."""
        return f"{self.prefix}:rewritten"

    # -- readers
    def reader(self, source: str) -> str:
        """String with TTL: token of the reader that holds the lease of a source."""
        return f"{self.prefix}:reader:{source}"

    def cursor(self, source: str) -> str:
        """String: JSON, where to resume a source."""
        return f"{self.prefix}:cursor:{source}"

    def read_at(self, source: str) -> str:
        """Number: when (ms, Redis's clock) a reader last renewed its lease of a source."""
        return f"{self.prefix}:read:{source}"

    def source_state(self, source: str) -> str:
        """String with TTL: JSON, last status of a source: name, state, since, lag_s, detail, generated."""
        return f"{self.prefix}:source:{source}"

    # -- sinks
    def sink(self, name: str) -> str:
        """String with TTL: token of the process that delivers to a sink."""
        return f"{self.prefix}:sink:{name}"

    def sink_places(self, name: str) -> str:
        """Hash: key of a search → sequence number up to which a sink has received the matches."""
        return f"{self.prefix}:sink:{name}:places"

    def recheck(self, source: str) -> str:
        """String: JSON, progress of the re-check of a source's stored posts."""
        return f"{self.prefix}:recheck:{source}"

    def imported(self, digest: str) -> str:
        """String with TTL: JSON, how far a file was imported; `digest` is what the file is known by."""
        return f"{self.prefix}:imported:{digest}"

    def recheck_authors(self, source: str) -> str:
        """Sorted set: accounts whose stored posts are to be re-checked, by the time (ms) up to which."""
        return f"{self.prefix}:recheck:{source}:authors"

    # -- the rest
    @property
    def watchers(self) -> str:
        """Hash: web process → connected users."""
        return f"{self.prefix}:watchers"

    @property
    def watchers_seen(self) -> str:
        """Sorted set: web process → when (ms, Redis's clock) it last reported its connected users."""
        return f"{self.prefix}:watchers:seen"

    @property
    def store(self) -> str:
        """String: identity of the store that workers write."""
        return f"{self.prefix}:store"

    @property
    def outage(self) -> str:
        """String with TTL: JSON, an outage of the store: since when (ms) and why."""
        return f"{self.prefix}:outage"

    @property
    def processes(self) -> str:
        """Sorted set: processes with counters, by when (ms, Redis's clock) each last wrote them."""
        return f"{self.prefix}:processes"

    def counters(self, process: str) -> str:
        """Hash with TTL: counts and histograms of one process, summed by `/metrics` of any web process."""
        return f"{self.prefix}:counters:{process}"

    @property
    def dead(self) -> str:
        """Stream: dead letters, with raw (cut at 64 kB), error, source, when."""
        return f"{self.prefix}:dead"

    @property
    def dead_size(self) -> str:
        """Hash: `bytes` of the dead letters, and the number `dropped` for lack of room."""
        return f"{self.prefix}:dead:size"

    def duty(self, job: str) -> str:
        """String with TTL: a duty of upkeep is taken, so that of several upkeep processes one does it."""
        return f"{self.prefix}:duty:{job}"

    @property
    def track(self) -> str:
        """String: TRACK as set at run time; absent: the setting's value."""
        return f"{self.prefix}:track"
