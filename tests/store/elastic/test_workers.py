"""Several workers on one Elasticsearch store get the promises that a transaction would give them."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Iterator

import msgspec
import pytest

from pipeline.post import Deletion, Post, Upsert
from pipeline.query.document import describe
from pipeline.query.evaluate import matches
from pipeline.settings import Settings
from pipeline.store.contract import Store, Writes
from pipeline.store.elastic import ElasticStore
from tests.paths import PROJECT
from tests.store.builders import T0, ids, now_found, post, put, search
from tests.store.elastic.stores import store_in

pytestmark = pytest.mark.elasticsearch

WORKERS, BATCHES = 4, 12
WORDS = ("cats", "dogs", "birds", "is:repost cats", "-cats lang:en")


def test_stores_that_are_made_at_once_are_one(settings: Settings) -> None:
    with store_in(settings):
        pass
    identities: list[str] = []
    threads = [threading.Thread(target=lambda: identities.append(ElasticStore(settings).identity)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store_in(settings) as store:
        assert set(identities) == {store.identity}
        assert len(identities) == 4


def _batches(rng: random.Random) -> Iterator[Writes]:
    """Yield batches over a few posts that all workers write: versions, reposts, and few deletions."""
    for _ in range(BATCHES):
        made: dict[str, Post] = {}
        for _ in range(6):
            number = rng.randrange(12)
            text = rng.choice(["cats", "dogs", "birds", "cats dogs"])
            made[f"x:{number}"] = post(number, text, version=T0 + rng.randrange(40) * 3_000)
            repost = 100 + rng.randrange(30)
            made[f"x:{repost}"] = post(repost, repost_of=f"x:{repost % 12}", handle=f"h{repost}")
        gone = [Deletion(f"x:{rng.randrange(12)}", T0)] if rng.random() < 0.06 else []
        yield Writes([Upsert(one, b"{}") for one in made.values()], gone)


def test_workers_that_write_the_same_posts_at_once_leave_what_one_would_have(settings: Settings) -> None:
    with store_in(settings) as store:
        deleted: set[str] = set()
        versions: dict[str, int] = {}
        failed: list[BaseException] = []

        def work(seed: int) -> None:
            try:
                own: Store = ElasticStore(settings)
                for seq, writes in enumerate(_batches(random.Random(seed)), 1):
                    deleted.update(gone.id for gone in writes.deletions)
                    for one in writes.upserts:
                        versions[one.post.id] = max(one.post.version, versions.get(one.post.id, 0))
                    own.persist(writes, seq * WORKERS + seed)
            except BaseException as error:  # noqa: BLE001 - the test reports it
                failed.append(error)

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        store.maintain()
        _assert_right(store, deleted, versions)


def _assert_right(store: Store, deleted: set[str], versions: dict[str, int]) -> None:
    """Assert that each post is stored once, in its greatest version or above, found by its and its original's content,
    and that nothing deleted is stored."""
    with store.reading(timeout_s=60) as reading:
        posts = {one.id: one for one in (msgspec.json.decode(b, type=Post) for b in reading.export(search("*")))}
        assert len(posts) == reading.count(search("*")) == store.indexed()
        assert posts.keys() == {
            post_id for post_id in versions if post_id not in deleted and not _carries(post_id, deleted)
        }
        for post_id, held in posts.items():
            assert held.version >= versions[post_id]
        documents = [describe(one, posts.get(one.repost_of)) for one in posts.values()]
        for text in WORDS:
            query = search(text)
            wanted = sorted(document.id for document in documents if matches(query.root, document))
            assert sorted(ids(reading.search(query, limit=999).bodies)) == wanted, text


def _carries(post_id: str, deleted: set[str]) -> bool:
    number = int(post_id[2:])
    return number >= 100 and f"x:{number % 12}" in deleted


def test_late_original_and_its_repost_stored_at_once_know_each_other(settings: Settings) -> None:
    with store_in(settings) as store:
        failed: list[BaseException] = []
        barrier = threading.Barrier(2)

        def work(first: int) -> None:
            try:
                own = ElasticStore(settings)
                for number in range(1, 26):
                    barrier.wait(timeout=60)
                    one = post(number, "cats") if first else post(number + 1_000, repost_of=f"x:{number}")
                    put(own, number, one)
            except BaseException as error:  # noqa: BLE001 - the test reports it
                barrier.abort()
                failed.append(error)

        threads = [threading.Thread(target=work, args=(first,)) for first in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert len(now_found(store, "cats")) == 50
        assert len(now_found(store, "cats is:repost")) == 25


def test_reading_works_in_a_process_patched_by_gevent(settings: Settings) -> None:
    with store_in(settings) as store:
        put(store, 1, *(post(n, "ice and then some cream", version=T0) for n in range(500)))
        script = f"""
from gevent import monkey; monkey.patch_all()
import gevent, time
from pipeline.errors import QueryTimeout
from pipeline.settings import Settings
from pipeline.query.parser import parse
from web.store_pool import StorePool
from pipeline.store import open_store
settings = Settings(
    elasticsearch_url={settings.elasticsearch_url!r}, elasticsearch_prefix={settings.elasticsearch_prefix!r}
)
readings = StorePool(lambda: open_store(settings, create=False))
turns = 0
def turn():
    global turns
    while True:
        gevent.sleep(0.001)
        turns += 1
ticking = gevent.spawn(turn)
def ask(text, timeout_s):
    try:
        return readings.read(lambda reading: reading.count(parse(text)), timeout_s=timeout_s)
    except QueryTimeout:
        return "stopped"
jobs = [gevent.spawn(ask, "ice", 5.0) for _ in range(20)] + [gevent.spawn(ask, '"cream ice"~9', 0.000001)]
gevent.joinall(jobs)
print([job.value for job in jobs], turns > 3)
"""
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False
        )
    assert done.stdout.strip() == f"{[500] * 20 + ['stopped']} True", done.stderr
