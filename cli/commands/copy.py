"""Command `murmur copy`: copies everything from one store into another, reports its progress, and compares both.

A stopped copy goes on where it ended. It refuses to start while other processes use one of the stores, or where the
target holds other posts; it says so where it cannot find out.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import IO

from redis.exceptions import RedisError

from cli import startup_checks
from pipeline.broker.connections import connect
from pipeline.broker.keys import Names
from pipeline.errors import MurmurError, SettingsError, StoreError
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.contract import Store
from pipeline.store.copy.compare import compare
from pipeline.store.copy.copier import copy_obstacle, copy_store, posts_copied_before

_REPORT_EVERY_S = 5.0
RENEWED_WITHIN_S = 9.0
"""Seconds within which a running upkeep renews its store's identity in Redis: it does so every four seconds."""


def copy(settings: Settings, source: str, target: str) -> Iterator[str]:
    """Copy one store into another; yield lines of progress.

    Args:
        settings: DATA_DIR and ELASTICSEARCH_URL name the two stores.
        source: "sqlite" or "elasticsearch".
        target: the other one.

    Raises:
        SettingsError: a process uses one of the stores, or the target holds other posts.
        StoreError: the copy was stopped before its end, or the stores differ.
    """
    if source == target:
        raise SettingsError(["--from and --to name the same store"])
    if not settings.elasticsearch_url:
        raise SettingsError(["ELASTICSEARCH_URL is not set: it names one of the two stores, DATA_DIR the other"])
    stopping = threading.Event()
    before = [(number, signal.signal(number, lambda *_: stopping.set())) for number in (signal.SIGINT, signal.SIGTERM)]
    with (
        _lock(settings),
        closing(open_store(_settings(settings, source), create=False)) as here,
        closing(open_store(_settings(settings, target))) as there,
    ):
        yield from _check_unused(settings, here, there)
        if why := copy_obstacle(here, there):
            raise SettingsError([f"nothing can be copied to {target}: {why}; name an empty one"])
        yield from _copied(here, there, stopping)
        for number, handler in before:  # from here on a signal may end the process at any point
            signal.signal(number, handler)
        yield from _compared(here, there)


def _settings(settings: Settings, name: str) -> Settings:
    """Return the settings that open one store, without retention: old posts are copied too."""
    whole = replace(settings, retention_days=0)
    return replace(whole, elasticsearch_url="") if name == "sqlite" else whole


def _lock(settings: Settings) -> IO[str]:
    """Return DATA_DIR's lock; `murmur run` cannot start until it is closed."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = startup_checks.lock(settings.data_dir)
    if lock is None:
        raise SettingsError([f"DATA_DIR={settings.data_dir}: in use by `murmur run`: stop it first"])
    return lock


def _check_unused(settings: Settings, *stores: Store) -> Iterator[str]:
    """Refuse if Redis shows that workers run on one of the stores; yield a warning if Redis does not answer."""
    if not settings.redis_url:
        return  # only `murmur run` starts the embedded broker, and it cannot: the lock is ours
    redis, name = connect(settings, name="copy"), Names(settings.redis_prefix).store
    try:
        running = _is_running(redis, name, {store.identity.encode() for store in stores})
    except (RedisError, MurmurError, OSError):
        yield "Redis at REDIS_URL does not answer, so it is unknown whether anything runs: make sure that nothing does."
        return
    finally:
        redis.close()
    if running:
        raise SettingsError(["workers run on one of the two stores (Redis at REDIS_URL says so): stop them first"])


def _is_running(redis: object, name: str, identities: set[bytes]) -> bool:
    """Tell whether the identity of one of the stores is renewed in Redis within a few seconds."""
    get, left_ms = getattr(redis, "get"), getattr(redis, "pttl")  # noqa: B009 - redis types every answer as awaitable too
    if get(name) not in identities:
        return False
    end, before = time.monotonic() + RENEWED_WITHIN_S, left_ms(name)
    while time.monotonic() < end:
        time.sleep(0.2)
        now = left_ms(name)
        if now > before:
            return True
        before = now
    return False


def _copied(here: Store, there: Store, stopping: threading.Event) -> Iterator[str]:
    total, earlier = here.indexed(), posts_copied_before(here, there)
    if earlier:
        yield f"Going on after {earlier:,} posts."
    began = line_at = time.monotonic()
    refused: dict[str, str] = {}
    posts = earlier
    for done in copy_store(here, there, stopping=stopping.is_set):
        posts, refused = done.posts, done.refused
        now = time.monotonic()
        if now - line_at >= _REPORT_EVERY_S:
            line_at = now
            share = min(100, 100 * posts // max(1, total))
            yield f"{posts:,} of {total:,} posts ({share} %), {done.now / (now - began):,.0f} a second"
    for post_id, why in refused.items():
        yield f"{post_id} cannot be stored: {why}"
    if stopping.is_set():
        raise StoreError(f"Stopped after {posts:,} of {total:,} posts; the same command goes on there.")
    yield f"{posts:,} posts copied in {time.monotonic() - began:,.0f} s; comparing."


def _compared(here: Store, there: Store) -> Iterator[str]:
    found = compare(here, there)
    if found.differences:
        yield from found.differences
        raise StoreError(
            f"The stores differ ({len(found.differences)} lines above); the same command looks at all anew."
        )
    yield (
        f"Both hold the same: posts {found.posts:,}, months {found.months:,}, "
        f"tombstones {found.tombstones:,}, withdrawn accounts {found.accounts:,}, rows of coverage {found.coverage:,}, "
        f"decks {found.decks:,}. "
        f"Looked at, and equal byte by byte: {found.sampled:,}."
    )
    yield "Not copied: the background of trending words, which gathers anew, and what lies in Redis."
