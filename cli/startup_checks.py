"""Checks before a start: each returns one line that names a problem, or ""; and the lock of DATA_DIR for one run.

`problems` joins them. They examine sources, sinks, TRACK, DATA_DIR, port, page, files to replay, Redis, store and
matcher; `murmur run`, `doctor` and `copy` use them. A check may create DATA_DIR, `store_problem` the store's files, and
`lock` its file; nothing else is changed.
"""

from __future__ import annotations

import errno
import fcntl
import glob
import os
import socket
from pathlib import Path
from typing import IO

from pipeline.errors import MurmurError, QueryError, SettingsError
from pipeline.plugins import SOURCES_GROUP, offered
from pipeline.query.parser import parse
from pipeline.settings import HIDDEN, Settings
from pipeline.sinks.configured_searches import searches_by_sink
from pipeline.source_names import SOURCES
from pipeline.sources.catalog import track_finding
from pipeline.worker.track_setting import TRACK_EVERYTHING, TRACK_SEARCHES

PROJECT = Path(__file__).parents[1]


def problems(settings: Settings) -> list[str]:
    """Return one line for each problem that keeps the product from starting on this machine."""
    found = [
        *_source_problems(settings.source),
        *_sink_problems(settings),
        _data_dir_problem(settings.data_dir),
        _port_problem(settings.host, settings.port),
        page_problem(),
        track_problem(settings),
        replay_problem(settings),
        redis_problem(settings),
    ]
    return [line for line in found if line]


def _source_problems(names: tuple[str, ...]) -> list[str]:
    unread = [name for name in names if name not in (*SOURCES, *offered(SOURCES_GROUP))]
    return [f"SOURCE={name}: this version reads {', '.join(SOURCES)}" for name in unread]


def _sink_problems(settings: Settings) -> list[str]:
    try:
        searches_by_sink(settings.sinks, parse)
    except SettingsError as error:
        return error.problems
    return []


def _data_dir_problem(data_dir: Path) -> str:
    probe = data_dir / f".writable-{os.getpid()}"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return f"DATA_DIR={data_dir}: cannot be written: {error.strerror}"
    return ""


def _port_problem(host: str, port: int) -> str:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            # If another process shares the port (SO_REUSEPORT), only listening shows that it is taken.
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"PORT={port}: already taken on {host}; set PORT to another one"
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            return f"HOST={host}: not an address of this machine"
        return f"PORT={port}: cannot be listened on: {error.strerror}"
    return ""


def page_problem() -> str:
    """Return the problem of the built page."""
    if (PROJECT / "web" / "static" / "index.html").exists():
        return ""
    return "The page is not built: run `make page`"


def track_problem(settings: Settings) -> str:
    """Return why TRACK cannot be used: it is no search, or X is the only source and has no such search."""
    if settings.track in (TRACK_EVERYTHING, TRACK_SEARCHES):
        return ""
    try:
        parse(settings.track)
    except QueryError as error:
        return f"TRACK={settings.track}: {error}"
    found = [track_finding(name, settings.track) for name in settings.source]
    if all(one is not None and not one.well for one in found):
        return f"TRACK={settings.track}: {found[0].text if found[0] else ''}"
    return ""


def replay_problem(settings: Settings) -> str:
    """Return the problem of the files to replay, if replay is a source."""
    if "replay" not in settings.source:
        return ""
    files = [name for name in glob.glob(settings.replay_path, recursive=True) if Path(name).is_file()]  # noqa: PTH207 - Path.glob takes no absolute pattern
    if not files:
        return f"REPLAY_PATH={settings.replay_path}: no such file"
    closed = [name for name in files if not os.access(name, os.R_OK)]
    return f"REPLAY_PATH={settings.replay_path}: {closed[0]} cannot be read" if closed else ""


def redis_problem(settings: Settings) -> str:
    """Return the problem of the Redis at REDIS_URL, if one is set. The line hides the address: it may hold a
    password."""
    if not settings.redis_url:
        return ""
    from redis.exceptions import RedisError

    from pipeline.broker.connections import connect
    from pipeline.broker.keys import Names
    from pipeline.broker.permissions import channel_problem

    try:
        with connect(settings, name="check", socket_timeout_s=3) as redis:
            redis.ping()
            problem = channel_problem(redis, Names(settings.redis_prefix))
    except (RedisError, MurmurError, OSError) as error:
        return f"REDIS_URL={HIDDEN}: cannot be used: {error}"
    return f"REDIS_URL={HIDDEN}: {problem}" if problem else ""


def store_problem(settings: Settings) -> str:
    """Return the problem of the store or the matcher. The caller holds DATA_DIR's lock, because opening creates
    files."""
    from pipeline.store import open_store

    try:
        open_store(settings).close()
        if settings.matcher != "memory":  # the memory matcher cannot fail, and loading a worker's parts takes long
            from pipeline.assembly import open_matcher

            open_matcher(settings)
    except SettingsError as error:
        return error.problems[0]
    except MurmurError as error:
        where = f"ELASTICSEARCH_URL={HIDDEN}" if settings.elasticsearch_url else f"DATA_DIR={settings.data_dir}"
        return f"{where}: {error}"
    return ""


def lock(data_dir: Path) -> IO[str] | None:
    """Lock DATA_DIR for this run; return the open lock file, None if another run holds it."""
    handle = (data_dir / "run.lock").open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        return None
    return handle
