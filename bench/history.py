"""History at a million posts: newest 500 of a common word while readers read and posts arrive.

    .venv/bin/python -m bench.history --posts 1000000 --store sqlite --dir /tmp/history
    .venv/bin/python -m bench.history --posts 20000 --store elasticsearch --elasticsearch http://localhost:9200

Prints one line a figure, for SQLite and, where one can be started or is named, for Elasticsearch. The posts are made
from a seed: words by a Zipf law, "common" in every fifth post, 4 kB raw records of JSON. An existing directory of the
right size is used again; `--keep` leaves it for the next run. In a cluster everything is under a prefix of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pipeline.errors import StoreUnavailable
from pipeline.post import Author, Counts, Post, Upsert
from pipeline.query.parser import parse
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.contract import Reading, Store, Writes
from pipeline.store.elastic.cluster.client import client_of, path_to
from tests.servers.elasticsearch.install import CannotAssemble
from tests.servers.elasticsearch.releases import V9
from tests.servers.elasticsearch.server import running

T0 = 1_790_000_000_000
STEP_MS = 500
BATCH = 200


class Posts:
    """Generated posts, the same for a seed; the n-th is made STEP_MS after the one before."""

    def __init__(self, seed: int = 1) -> None:
        self._rng = random.Random(seed)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self._words = ["".join(self._rng.choices(letters, k=self._rng.randint(3, 9))) for _ in range(50_000)]
        self._weights: list[float] = []
        total = 0.0
        for rank in range(1, len(self._words) + 1):
            total += 1 / rank
            self._weights.append(total)
        keys = ["".join(self._rng.choices(letters, k=8)) for _ in range(60)]
        self._raws = [
            json.dumps({key: self._rng.choice([0, False, None, self._rng.random(), key * 7]) for key in keys}).encode()
            * 3
            for _ in range(200)
        ]

    def words(self, count: int) -> str:
        return " ".join(self._rng.choices(self._words, cum_weights=self._weights, k=count))

    def batch(self, first: int) -> list[Upsert]:
        return [self._one(number) for number in range(first, first + BATCH)]

    def _one(self, number: int) -> Upsert:
        rng = self._rng
        at = T0 + number * STEP_MS
        author = int(rng.paretovariate(1.1)) % 50_000
        tag = f"tag{int(rng.paretovariate(0.8)) % 5_000}"
        text = self.words(17) + (" common" if number % 5 == 0 else "") + (" rare" if number % 50_000 == 7 else "")
        repost = f"x:{10**18 + (number - rng.randint(1, 900)) * 7_919}" if number % 10 == 3 and number > 900 else ""
        post = Post(
            id=f"x:{10**18 + number * 7_919}",
            version=at,
            source="x",
            url=f"https://x.com/user{author}/status/{10**18 + number * 7_919}",
            created_at=at,
            received_at=at,
            text="" if repost else text,
            repost_of=repost,
            lang="en",
            langs=["en"],
            author=Author(
                str(author), f"user{author}", f"User {author}", self.words(0 if author % 2 else 12), followers=author
            ),
            counts=Counts(likes=int(rng.paretovariate(0.9)) - 1, reposts=int(rng.paretovariate(1)) - 1),
            hashtags=[] if repost else [tag],
        )
        return Upsert(post, rng.choice(self._raws))


def build(settings: Settings, posts: int) -> dict[str, float]:
    """Fill a store; return the time it took."""
    store = open_store(settings)
    made = Posts()
    persisting = cpu = 0.0
    for first in range(0, posts, BATCH):
        batch = made.batch(first)
        started, cpu_started = time.perf_counter(), time.process_time()
        store.persist(Writes(batch), first + 1)
        persisting += time.perf_counter() - started
        cpu += time.process_time() - cpu_started
    store.close()
    return {"posts/s": posts / persisting, "CPU us/post": cpu / posts * 1e6}


def size_bytes(settings: Settings) -> int:
    """Return the store's bytes on disk."""
    if not settings.elasticsearch_url:
        return sum(path.stat().st_size for path in settings.data_dir.iterdir())
    client, indices = client_of(settings), f"{settings.elasticsearch_prefix}-*"
    client.request("POST", path_to(indices, "_flush"), into=dict[str, Any], timeout_s=120)
    stats = client.request("GET", path_to(indices, "_stats", "store"), into=dict[str, Any])
    return int(stats["_all"]["primaries"]["store"]["size_in_bytes"])


def arrive(settings: Settings, first: int, stop: Any, rate: float) -> None:
    """Persist `rate` posts a second, in ten batches a second, until `stop` is set."""
    store = open_store(settings)
    made = Posts(seed=2)
    size = max(1, round(rate / 10))
    number, due = first, time.monotonic()
    while not stop.is_set():
        batch = made.batch(number)[:size]
        store.persist(Writes(batch), number + 10**9)
        number += size
        due += size / rate
        time.sleep(max(0.0, due - time.monotonic()))
    store.close()


def measure(store: Store, ask: Callable[[Reading], object], times: int) -> list[float]:
    """Return the time of each of `times` reads, in ms."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        with store.reading(timeout_s=60) as reading:
            ask(reading)
        taken.append((time.perf_counter() - started) * 1e3)
    return taken


def shown(name: str, taken: list[float]) -> str:
    """Return one line of a table: p50, p95, p99 in ms."""
    cuts = statistics.quantiles(taken, n=100, method="inclusive") if len(taken) > 1 else [taken[0]] * 99
    return f"{name:58} p50 {cuts[49]:8.1f} ms   p95 {cuts[94]:8.1f} ms   p99 {cuts[98]:8.1f} ms   n={len(taken)}"


Question = Callable[[Reading], object]


def page(text: str, limit: int = 500, sort: Any = "latest") -> Question:
    """Read one page."""
    query = parse(text)
    return lambda reading: reading.search(query, limit=limit, sort=sort)


def timeline(text: str) -> Question:
    """Read the timeline."""
    query = parse(text)
    return lambda reading: reading.timeline(query)


def top(text: str, field: Any) -> Question:
    """Read the 25 most frequent values."""
    query = parse(text)
    return lambda reading: reading.top(query, field, limit=25)


def changes(text: str, after: int, removed_after: int) -> Question:
    """Read the changes since a sequence number."""
    query = parse(text)
    return lambda reading: reading.changes(query, after=after, removed_after=removed_after, limit=2_000)


def questions(latest: int) -> Iterator[tuple[str, Question, int]]:
    """Yield (name, read, repetitions); `latest` is the greatest sequence number."""
    for text in ("common", "rare", "common rare", "common -rare", "*", "-common lang:en", "com*", "co*"):
        yield f"newest 500: {text}", page(text), 20
    for text in ("common likes:50000..", "common likes:10.. OR rare", '"common the"~9'):
        yield f"newest 500: {text}", page(text), 10
    yield "newest 5000: common", page("common", 5_000), 10
    for sort in ("followers", "reach"):
        yield f"500 by {sort}: common", page("common", sort=sort), 5
    for text in ("common", "*", "lang:en", "common likes:10.."):
        yield f"timeline: {text}", timeline(text), 5
    for field in ("words", "trending", "hashtags", "authors", "originals"):
        for text in ("common", "*"):
            yield f"top {field}: {text}", top(text, field), 10
    yield "changes of the last 1,000 posts: common", changes("common", latest - 1_000, latest - 1_000), 10
    yield "changes of all posts: common (too many)", changes("common", 0, latest - 1_000), 5


def main() -> None:
    """Measure the stores that the options name."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--posts", type=int, default=1_000_000)
    options.add_argument("--store", choices=("sqlite", "elasticsearch", "both"), default="both")
    options.add_argument("--dir", type=Path, help="where SQLite's store is, or is made")
    options.add_argument("--keep", action="store_true")
    options.add_argument("--elasticsearch", help="a running server to use; else one is started")
    options.add_argument("--heap", type=int, default=2_048, help="MB of the server that is started")
    options.add_argument("--seconds", type=float, default=10)
    given = options.parse_args()
    if given.store != "elasticsearch":
        directory = given.dir or Path(tempfile.mkdtemp(prefix="history"))
        print("SQLite", flush=True)
        run(Settings(data_dir=directory), given.posts, given.seconds)
        if not given.keep:
            shutil.rmtree(directory)
    if given.store != "sqlite":
        in_cluster(given)


def in_cluster(given: argparse.Namespace) -> None:
    """Measure Elasticsearch: the server that was named, or one started for the bench."""
    with ExitStack() as stack:
        try:
            url = given.elasticsearch or stack.enter_context(running(V9, given.heap, measured=True))
        except CannotAssemble as error:
            print(f"no Elasticsearch here: {error}")
            return
        print("Elasticsearch", flush=True)
        settings = Settings(
            elasticsearch_url=url, elasticsearch_prefix=f"history-{given.posts}", elasticsearch_replicas=0
        )
        run(settings, given.posts, given.seconds)
        if not given.keep:
            client = client_of(settings)
            for index in client.request("GET", path_to(f"{settings.elasticsearch_prefix}-*"), into=dict[str, Any]):
                client.request("DELETE", path_to(index), into=dict[str, Any])
            client.request(
                "DELETE", path_to("_index_template", f"{settings.elasticsearch_prefix}-*"), into=dict[str, Any]
            )


def run(settings: Settings, posts: int, seconds: float) -> None:
    """Fill a store, unless it exists, and measure every read."""
    try:
        store = open_store(settings, create=False)
    except StoreUnavailable:
        took = build(settings, posts)
        print(f"persist, one process, batches of {BATCH}: " + ", ".join(f"{k} {v:,.0f}" for k, v in took.items()))
        store = open_store(settings)
    for _ in range(5):
        store.maintain()
    posts = store.indexed()
    print(f"{posts:,} posts, {size_bytes(settings) / posts:,.0f} bytes a post on disk, raw records included")
    latest = (posts - 1) // BATCH * BATCH + 1
    for name, ask, times in questions(latest):
        print(shown(name, measure(store, ask, times)), flush=True)
    under_load(store, settings, posts, seconds)
    store.close()
    through_api(settings, seconds)


def through_api(settings: Settings, seconds: float) -> None:
    """Measure the same reads through a web process, over HTTP."""
    from bench import history_api

    history_api.run(settings, seconds)


def under_load(store: Store, settings: Settings, posts: int, seconds: float) -> None:
    """Newest 500 of a common word, ten readers, while 70 posts a second arrive from another process."""
    stop = multiprocessing.get_context("spawn").Event()
    writer = multiprocessing.get_context("spawn").Process(target=arrive, args=(settings, posts * 2, stop, 70.0))
    writer.start()
    time.sleep(1)
    query = parse("common")
    end = time.monotonic() + seconds
    taken: list[float] = []

    def read() -> None:
        while time.monotonic() < end:
            taken.extend(measure(store, lambda reading: reading.search(query, limit=500), 1))
            time.sleep(0.2)

    readers = [threading.Thread(target=read) for _ in range(10)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    stop.set()
    writer.join()
    print(shown("newest 500: common; 10 readers, 5 a second each, 70 posts/s", taken))


if __name__ == "__main__":
    main()
