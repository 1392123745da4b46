"""`murmur copy` with real files and a real Elasticsearch: it survives a kill, and refuses where it must."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from redis import Redis

from cli import startup_checks
from pipeline.broker.keys import Names
from pipeline.errors import StoreUnavailable
from pipeline.post import Deletion, Upsert
from pipeline.settings import Settings
from pipeline.store.contract import Store, Writes
from pipeline.store.copy.compare import compare
from pipeline.store.copy.copier import CopyNote
from pipeline.store.elastic import ElasticStore
from pipeline.store.sqlite import SqliteStore
from tests.paths import PROJECT
from tests.store.builders import T0, post, put
from tests.store.elastic.stores import access, wipe

pytestmark = [pytest.mark.elasticsearch, pytest.mark.redis]

POSTS = 6_000
THERE = ("copy", "--from", "sqlite", "--to", "elasticsearch")
BACK = ("copy", "--from", "elasticsearch", "--to", "sqlite")


@pytest.fixture
def settings(elasticsearch_9: str, tmp_path: Path) -> Iterator[Settings]:
    """Return settings with a new DATA_DIR and a prefix of their own."""
    made = access(elasticsearch_9, data_dir=tmp_path / "data")
    yield made
    wipe(made)


def start(settings: Settings, redis_url: str, *words: str) -> subprocess.Popen[str]:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(settings.data_dir),
        "DATA_DIR": str(settings.data_dir),
        "REDIS_URL": redis_url,
        "ELASTICSEARCH_URL": settings.elasticsearch_url,
        "ELASTICSEARCH_PREFIX": settings.elasticsearch_prefix,
        "ELASTICSEARCH_REPLICAS": "0",
        "PYTHONUNBUFFERED": "1",
    }
    command = [str(PROJECT / "bin" / "murmur"), *words]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def murmur(settings: Settings, redis_url: str, *words: str) -> subprocess.CompletedProcess[str]:
    process = start(settings, redis_url, *words)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def _filled(settings: Settings, posts: int = POSTS) -> SqliteStore:
    store = SqliteStore(settings.data_dir)
    for first in range(0, posts, 1_000):
        some = [post(n, f"cats {n}") for n in range(first, min(posts, first + 1_000))]
        store.persist(Writes([Upsert(one, b'{"raw":%d}' % one.version) for one in some]), first + 1)
    store.persist(Writes(deletions=[Deletion("x:3", T0)]), posts + 1)
    return store


def _posts_noted(settings: Settings) -> int:
    """Return the number of posts that the target has noted so far."""
    try:
        note = ElasticStore(settings, create=False).copy_access().note()
    except StoreUnavailable:  # it is being made
        return 0
    return msgspec.json.decode(note, type=CopyNote).posts if note else 0


def _broken_off(settings: Settings, redis_url: str, number: int) -> tuple[int, str]:
    """Start a copy, send a signal once it has copied some posts, and return the exit status and the output."""
    before = _posts_noted(settings)
    process = start(settings, redis_url, *THERE)
    end = time.monotonic() + 120
    while _posts_noted(settings) <= before:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def test_copy_that_is_broken_off_goes_on_and_ends_well(settings: Settings, valkey: str) -> None:
    with_sqlite = _filled(settings)
    status, _ = _broken_off(settings, valkey, signal.SIGKILL)
    assert status == -signal.SIGKILL
    killed_at = _posts_noted(settings)
    status, result = _broken_off(settings, valkey, signal.SIGINT)
    assert status == 1
    assert "Stopped after" in result
    assert 0 < killed_at < _posts_noted(settings) < POSTS - 1
    done = murmur(settings, valkey, *THERE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Going on after" in done.stdout
    assert f"posts {POSTS - 1:,}, months" in done.stdout
    assert "tombstones 1," in done.stdout
    target = ElasticStore(settings)
    assert compare(with_sqlite, target, sample=1_000).differences == []
    with_sqlite.close()


def test_a_copy_there_and_back_has_the_same_posts(settings: Settings, valkey: str) -> None:
    first = _filled(settings, 300)
    assert murmur(settings, valkey, *THERE).returncode == 0
    refused = murmur(settings, valkey, *BACK)
    assert refused.returncode == 2
    assert "nothing can be copied to sqlite: it holds 299 posts of its own" in refused.stderr
    first.close()
    settings.data_dir.rename(settings.data_dir.with_name("old"))
    settings.data_dir.mkdir()
    done = murmur(settings, valkey, *BACK)
    assert done.returncode == 0, done.stdout + done.stderr
    first, again = SqliteStore(settings.data_dir.with_name("old")), SqliteStore(settings.data_dir)
    assert first.identity != again.identity
    assert compare(first, again).differences == []
    for store in (first, again):
        store.close()


def test_a_difference_ends_with_exit_status_1(settings: Settings, valkey: str) -> None:
    _filled(settings, 50).close()
    assert murmur(settings, valkey, *THERE).returncode == 0
    target = ElasticStore(settings)
    put(target, 100, post(900, "came in there"))
    others = [post(number, "is another there", version=T0 + 10**9) for number in range(4, 50)]
    put(target, 101, *others)  # all of them: the posts that are compared byte by byte are chosen at random
    done = murmur(settings, valkey, *THERE)
    assert done.returncode == 1
    assert "posts: 49 here, 50 there" in done.stdout
    assert re.search(r"^x:\d+: is another$", done.stdout, re.MULTILINE)
    assert "The stores differ" in done.stderr


def test_nothing_is_copied_while_something_runs(settings: Settings, valkey: str, redis_client: Redis) -> None:
    store: Store = _filled(settings, 10)
    held = startup_checks.lock(settings.data_dir)
    assert held is not None
    result = murmur(settings, valkey, *THERE)
    assert (result.returncode, "in use by `murmur run`" in result.stderr) == (2, True)
    held.close()
    ended = threading.Event()

    def worker() -> None:
        while not ended.wait(0.2):
            redis_client.set(Names().store, store.identity, px=60_000)

    thread = threading.Thread(target=worker)
    thread.start()
    try:
        result = murmur(settings, valkey, *THERE)
    finally:
        ended.set()
        thread.join()
    assert result.returncode == 2
    assert "stop them first" in result.stderr
    done = murmur(settings, valkey, *THERE)
    assert done.returncode == 0, "a worker that has ended renews nothing"


def test_redis_that_does_not_answer_is_reported(settings: Settings) -> None:
    _filled(settings, 10).close()
    done = murmur(settings, "redis://127.0.0.1:1/0", *THERE)
    assert done.returncode == 0
    assert "it is unknown whether anything runs" in done.stdout
