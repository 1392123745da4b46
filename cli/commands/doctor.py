"""Command `murmur doctor`: examines page, hosts, store, broker, sources, re-checks and sinks; says whether each works.

The examination changes nothing. It also finds a worker and a web process that do not share a store, and missing
permissions in Redis.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apsw
from redis import Redis
from redis.exceptions import RedisError

from cli import startup_checks
from pipeline.broker.connections import connect, is_embedded
from pipeline.broker.keys import Names
from pipeline.broker.permissions import channel_problem
from pipeline.errors import MurmurError, SettingsError
from pipeline.plugins import SINKS_GROUP, make
from pipeline.reader.source_status import read_statuses
from pipeline.settings import HIDDEN, Settings
from pipeline.sources.catalog import cursor_age, probe, track_finding
from pipeline.store import open_store
from pipeline.upkeep.recheck.progress import RecheckProgressStore
from pipeline.worker.track_setting import current_track
from web.site.allowed_hosts import describe_hosts

NOT_SHARED = "worker and web do not share a store: set ELASTICSEARCH_URL or run on one machine"
RUNNING = frozenset({"starting", "live", "replaying", "sampling", "resting", "ended"})
"""States of a source that need no action. "paused" needs none either, but means that the workers are behind."""


@dataclass(frozen=True)
class Finding:
    """One line of the report: the part examined, whether it is well, and a text."""

    what: str
    well: bool
    text: str

    def line(self) -> str:
        """Return the line as it is printed."""
        return f"{'ok  ' if self.well else 'BAD '} {self.what:<8} {self.text}"


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield the findings, at least one for each part."""
    yield Finding("python", True, platform.python_version())
    page = startup_checks.page_problem()
    yield Finding("page", not page, page or "built")
    yield Finding("hosts", True, describe_hosts(settings))
    identity = ""
    for finding, found in _store(settings):
        identity = found
        yield finding
    redis = connect(settings, name="doctor")
    try:
        yield from _redis(settings, redis, identity)
    except (RedisError, MurmurError, OSError) as error:
        where = "the embedded broker: not running (`murmur run` starts it)" if is_embedded(settings) else HIDDEN
        yield Finding("broker", False, f"{where}: {error}" if not is_embedded(settings) else where)
    finally:
        redis.close()
    yield from _sinks(settings)
    for name in settings.source:
        yield from _recording(name, settings)
        for probed in probe(name, settings):
            yield Finding(name, probed.well, probed.text)


def _store(settings: Settings) -> Iterator[tuple[Finding, str]]:
    if settings.elasticsearch_url:
        yield from ((finding, "") for finding in _cluster(settings))
    try:
        store = open_store(settings, create=False)
    except MurmurError as error:
        yield Finding("store", False, str(error)), ""
        return
    try:
        where = f"SQLite {apsw.sqlite_lib_version()} in {settings.data_dir}"
        if settings.elasticsearch_url:
            where = f"Elasticsearch, {settings.elasticsearch_prefix}-*"
        text = f"{where}: {store.indexed():,} posts"
        yield Finding("store", True, text), store.identity
    except MurmurError as error:
        yield Finding("store", False, str(error)), store.identity
    finally:
        store.close()


def _cluster(settings: Settings) -> Iterator[Finding]:
    from pipeline.store.elastic.doctor_check import examine

    try:
        yield from (Finding("cluster", well, text) for well, text in examine(settings))
        if settings.matcher == "percolator":
            yield _percolator(settings)
    except MurmurError as error:
        yield Finding("cluster", False, str(error))


def _percolator(settings: Settings) -> Finding:
    from pipeline.match.percolator.percolator_index import PERCOLATOR_MISSING, has_percolator
    from pipeline.store.elastic.cluster.client import client_of

    found = has_percolator(client_of(settings))
    return Finding("matcher", found, "percolator, in Elasticsearch" if found else PERCOLATOR_MISSING)


def _redis(settings: Settings, redis: Redis, identity: str) -> Iterator[Finding]:
    began = time.perf_counter()
    redis.ping()
    took_ms = (time.perf_counter() - began) * 1000
    info: dict[str, Any] = redis.info()
    version = info.get("valkey_version") or info.get("redis_version", "?")
    kind = "Valkey" if "valkey_version" in info else "Redis"
    where = "embedded" if is_embedded(settings) else "REDIS_URL"
    policy = info.get("maxmemory_policy", "noeviction")
    limit = int(info.get("maxmemory", 0))
    keeps = not limit or policy == "noeviction"
    text = f"{kind} {version} ({where}), answers in {took_ms:.1f} ms, {info.get('used_memory_human', '?')} used"
    text += "" if keeps else f"; maxmemory-policy {policy} may drop posts: set noeviction"
    yield Finding("broker", keeps, text)
    names = Names(settings.redis_prefix)
    problem = channel_problem(redis, names)
    yield Finding("channels", not problem, problem or "may be published and subscribed to")
    shared: Any = redis.get(names.store)
    if shared is None:
        yield Finding("sharing", True, "no worker has run on this Redis yet")
    elif identity and shared.decode() != identity:
        yield Finding("sharing", False, NOT_SHARED)
    else:
        yield Finding("sharing", bool(identity), "worker and this process share the store" if identity else NOT_SHARED)
    waiting: Any = redis.zcard(names.open)
    yield Finding("queue", True, f"{waiting} batches wait for workers")
    for name in settings.source:
        cursor: Any = redis.get(names.cursor(name))
        aged = cursor_age(name, cursor.decode(errors="replace"), settings) if cursor else None
        if aged is not None:
            yield Finding(name, aged.well, aged.text)
        tracked = track_finding(name, current_track(redis, names, settings.track))
        if tracked is not None:
            yield Finding(name, tracked.well, tracked.text)
    yield from _rechecks(settings, redis, names)
    for state in read_statuses(redis, names, settings.source):
        well = state.state in RUNNING or state.state == "paused"
        yield Finding("source", well, f"{state.name}: {state.state}{', ' + state.detail if state.detail else ''}")


def _sinks(settings: Settings) -> Iterator[Finding]:
    for name in dict(settings.sinks):
        try:
            make(SINKS_GROUP, name)
        except SettingsError as error:
            yield Finding("sink", False, error.problems[0])
        else:
            yield Finding("sink", True, f"{name} is installed and can be used")


def _rechecks(settings: Settings, redis: Redis, names: Names) -> Iterator[Finding]:
    for name in settings.source:
        notes = RecheckProgressStore(redis, names).read(name)
        if not notes.began and not notes.gaps:
            continue
        began = f"began {(time.time() - notes.began / 1000) / 3600:.1f} h ago, " if notes.began else ""
        found = f"{notes.checked:,} posts looked up, {notes.gone:,} gone, {notes.unsure:,} not known"
        waits = f"; {len(notes.gaps)} gaps to be looked at" if notes.gaps else "; not at its end" if notes.round else ""
        yield Finding("recheck", True, f"{name}: {began}{found}{waits}")


def _recording(name: str, settings: Settings) -> Iterator[Finding]:
    if name == "replay":
        problem = startup_checks.replay_problem(settings)
        yield Finding("replay", not problem, problem or f"{settings.replay_path} can be read")
