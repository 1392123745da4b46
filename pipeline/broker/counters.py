"""Counters of a process, shared through Redis so that `/metrics` of any web process shows those of all processes.

Counting changes a dictionary in memory. A thread writes the dictionary to the process's own key once a second; the key
expires after the process ends. `COUNTERS` lists names and meanings. Counters are for reading only; no code decides by
them, except the rate in the tick.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.errors import BrokerUnavailable

COUNTERS_TTL_S = 60
FLUSH_S = 1.0

COUNTERS: dict[str, str] = {
    "records_read": "records the reader took from its source",
    "bytes_read": "bytes of the records that the reader took",
    "batches_handed_over": "batches the reader enqueued",
    "reader_pauses": "times the reader stopped reading because the queue was full",
    "reader_spools": "times records went to the spool because the queue was full",
    "records_spooled": "records that went to the spool before the queue",
    "records_dropped": "records lost because the queue was full and the spool too",
    "reader_reconnects": "times a source was opened again after an error",
    "posts_rechecked": "stored posts that were looked up again",
    "reader_gaps": "gaps: spans of time whose posts are known to be missing",
    "leases_lost": "leases that a reader lost to another one",
    "batches_done": "batches normalised, persisted, matched and published",
    "batches_stale": "attempts that could not commit because a newer attempt owned the batch",
    "batches_retried": "batches retried because the store or the broker was away",
    "batches_failed": "attempts that failed for any other reason than an outage",
    "records_in": "records taken out of batches",
    "records_dead": "records set aside as dead letters",
    "dead_dropped": "dead letters dropped for lack of room",
    "posts_untracked": "posts outside TRACK, not stored",
    "posts_accepted": "posts stored or refreshed",
    "posts_inserted": "posts stored for the first time",
    "posts_deleted": "posts deleted, on their own or with their account or original",
    "notices": "control messages of sources",
    "matches": "(search, post) pairs published",
    "messages": "messages published",
    "message_bytes": "bytes of the messages published",
    "candidates": "(search, post) pairs the matcher's filter selected",
    "checked": "candidate pairs that needed the exact check",
    "match_errors": "searches that raised while matching",
    "match_slow": "searches that took much of a batch's matching",
    "reenqueued": "open batches that had lost their message and upkeep enqueued again",
    "ingest_us": "µs spent on batches in total",
    "normalise_us": "µs spent normalising",
    "persist_us": "µs spent persisting",
    "match_us": "µs spent matching",
    "publish_us": "µs spent building messages and committing",
}
"""Every counter and its meaning. Counters only grow."""

# KEYS: a process's counters, processes   ARGV: process, life in s, then name and value of each counter
_WRITE = """
local now = redis.call('TIME')
local ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
redis.call('ZADD', KEYS[2], string.format('%.0f', ms), ARGV[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', ms - 1000 * tonumber(ARGV[2])))
"""

LATENCY_BOUNDS_MS = (5, 10, 20, 40, 60, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000)
"""Upper bounds of the histogram `latency_ms`: from when the reader received a record to its publication."""


class Counters:
    """The counters of one process. Adding is cheap, from any thread."""

    def __init__(self, redis: Redis, names: Names, role: str) -> None:
        self._redis: Any = redis  # redis-py types answers as text or bytes, sync or async; these are bytes
        self._names = names
        self.process = f"{role}-{os.getpid()}-{secrets.token_hex(3)}"
        self._values: defaultdict[str, int] = defaultdict(int)
        self._write = redis.register_script(_WRITE)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, name: str, amount: int = 1) -> None:
        """Add to a counter of `COUNTERS`."""
        self._values[name] += amount

    def observe_latency(self, milliseconds: float, posts: int = 1) -> None:
        """Count posts by their time from reception to publication."""
        for bound in LATENCY_BOUNDS_MS:
            if milliseconds <= bound:
                self._values[f"latency_ms_le_{bound}"] += posts
                break
        else:
            self._values["latency_ms_le_inf"] += posts
        self._values["latency_ms_sum"] += int(milliseconds * posts)

    def value(self, name: str) -> int:
        """Return what this process has counted so far."""
        return self._values.get(name, 0)

    def flush(self) -> None:
        """Write the counters to Redis, and extend the life of their key.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        values = dict(self._values)
        if not values:
            return
        keys = [self._names.counters(self.process), self._names.processes]
        args: list[str | int] = [self.process, COUNTERS_TTL_S]
        for name, value in values.items():
            args += (name, value)
        with translate_redis_errors():
            self._write(keys=keys, args=args)

    def start(self, also: Callable[[], None] | None = None) -> None:
        """Start the thread that writes every second. It calls `also` each time, which may raise `BrokerUnavailable`."""

        def run() -> None:
            while not self._ended.wait(FLUSH_S):
                try:
                    self.flush()
                    if also is not None:
                        also()
                except BrokerUnavailable:
                    continue

        if self._thread is None:
            self._thread = threading.Thread(target=run, name="counters", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Write a last time and end the thread."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
        try:
            self.flush()
        except BrokerUnavailable:
            return


def totals(redis: Redis, names: Names) -> dict[str, int]:
    """Return the sums over all processes that run or ended within `COUNTERS_TTL_S`."""
    return {name: sum(values) for name, values in _by_name(by_process(redis, names)).items()}


def by_process(redis: Redis, names: Names) -> dict[str, dict[str, int]]:
    """Return process → its counters. Reads only keys of this product, however many others Redis holds."""
    with translate_redis_errors():
        listed: Any = redis.zrange(names.processes, 0, -1)
        processes = [process.decode() for process in listed]
        pipe = redis.pipeline(transaction=False)
        for process in processes:
            pipe.hgetall(names.counters(process))
        found = pipe.execute()
    return {
        process: {name.decode(): int(value) for name, value in values.items()}
        for process, values in zip(processes, found, strict=True)
        if values
    }


def _by_name(processes: dict[str, dict[str, int]]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for values in processes.values():
        for name, value in values.items():
            found[name].append(value)
    return found


class TimeSpent:
    """Context manager that adds the time of its block to a counter, in µs."""

    __slots__ = ("_counters", "_name", "_started")

    def __init__(self, counters: Counters, name: str) -> None:
        self._counters = counters
        self._name = name

    def __enter__(self) -> None:
        self._started = time.perf_counter_ns()

    def __exit__(self, *_: object) -> None:
        self._counters.add(self._name, (time.perf_counter_ns() - self._started) // 1000)
