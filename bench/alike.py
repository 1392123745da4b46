"""Bench of similar posts: CPU to store, read, edit and delete many posts that share a value, against posts without one.

    .venv/bin/python -m bench.alike --posts 200000
    .venv/bin/python -m bench.alike --posts 200000 --store elasticsearch --kinds spread,millisecond

Each kind of similarity fills its own store and prints a table of CPU: microseconds for each stored post (of the last
tenth, so that growing costs show), milliseconds for a read or a step. For Elasticsearch the figures include the
server's CPU. No figure is wall-clock time, so other work on the machine changes little.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from pipeline.post import Author, AuthorDeletion, Counts, Deletion, Link, Post, Upsert
from pipeline.query.parser import parse
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.contract import Reading, Sort, Store, Writes
from pipeline.store.elastic.cluster.client import client_of, path_to
from tests.servers.elasticsearch.install import CannotAssemble
from tests.servers.elasticsearch.releases import V9
from tests.servers.elasticsearch.server import running

T0 = 1_790_000_000_000
STEP_MS = 500
BATCH = 500
PAGE = 500
TIMEOUT_S = 600.0
STEPS = 20
"""Most steps of a deletion that are measured: in SQLite each takes a second."""

SORTS: tuple[Sort, ...] = ("latest", "likes", "reach")

Alike = dict[str, Any]
KINDS: dict[str, Callable[[Post], Alike]] = {
    "spread": lambda _: {},
    "millisecond": lambda _: {"created_at": T0},
    "minute": lambda post: {"created_at": T0 + post.created_at % 60_000},
    "author": lambda _: {"author": Author("1", "same", "Same", followers=1)},
    "original": lambda post: {"repost_of": "x:1", "text": ""} if post.id != "x:1" else {},
    "quoted": lambda post: {"quote_of": "x:1"} if post.id != "x:1" else {},
    "link": lambda _: {"links": [Link("https://example.org/same")], "hosts": ["example.org"]},
    "word": lambda _: {"text": "same " * 40},
    "hashtag": lambda _: {"hashtags": ["same"]},
    "conversation": lambda _: {"conversation_id": "x:1"},
    "lang": lambda _: {"lang": "en", "langs": ["en"]},
}
KINDS["all"] = lambda post: {
    key: value
    for kind in ("millisecond", "author", "link", "word", "hashtag", "conversation", "lang")
    for key, value in KINDS[kind](post).items()
}


def made(number: int, kind: str) -> Upsert:
    """Return a post that shares with the other posts of its kind the kind's value, and nothing else."""
    when = T0 + number * STEP_MS
    post = Post(
        id=f"x:{number}",
        version=when,
        source="x",
        url=f"https://x.com/u{number}/status/{number}",
        created_at=when,
        received_at=when,
        text=" ".join(f"w{number * 31 + turn}" for turn in range(12)),
        lang=f"{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}",
        author=Author(str(number), f"u{number}", f"User {number}", followers=number),
        counts=Counts(likes=number % 1_000),
        hashtags=[f"tag{number}"],
        links=[Link(f"https://example.org/{number}")],
        hosts=[f"h{number}.example.org"],
        conversation_id=f"x:{number}",
    )
    return Upsert(msgspec.structs.replace(post, **KINDS[kind](post)), b'{"id":%d}' % number)


class Meter:
    """CPU of this process and, where there is one, of the server (ms)."""

    def __init__(self, settings: Settings) -> None:
        self._client = client_of(settings) if settings.elasticsearch_url else None

    def now_ms(self) -> float:
        """Return the CPU used so far, in ms."""
        used = time.process_time() * 1_000
        if self._client is not None:
            usage = self._client.request("GET", path_to("_nodes", "stats", "process"), into=dict[str, Any])
            used += sum(node["process"]["cpu"]["total_in_millis"] for node in usage["nodes"].values())
        return used

    def of(self, do: Callable[[], object], times: int = 1) -> float:
        """Return the mean CPU (ms) of one call over `times` calls."""
        started = self.now_ms()
        for _ in range(times):
            do()
        return (self.now_ms() - started) / times


def fill(store: Store, meter: Meter, kind: str, posts: int) -> float:
    """Fill a store; return the CPU (µs) a post of the last tenth."""
    last, size = posts - posts // 10, min(BATCH, posts // 20)
    started = 0.0
    for first in range(1, posts + 1, size):
        if first > last and not started:
            started, last = meter.now_ms(), first
        batch = [made(number, kind) for number in range(first, min(first + size, posts + 1))]
        store.persist(Writes(batch), time.time_ns() // 1_000)
    making = Meter(Settings()).of(lambda: [made(number, kind) for number in range(last, posts + 1)])
    return (meter.now_ms() - started - making) * 1_000 / (posts + 1 - last)


def reads(posts: int) -> Iterator[tuple[str, int, Callable[[Reading], object]]]:
    """Yield each read: its name, the number of repetitions, and the function."""
    everything = parse("*")
    for sort in SORTS:
        yield f"newest {PAGE} by {sort}", 5, partial(_newest, sort)
    yield "timeline", 3, lambda reading: reading.timeline(everything)
    yield "top words", 2, lambda reading: reading.top(everything, "words", limit=50)
    yield "top originals", 2, lambda reading: reading.top(everything, "originals", limit=50)
    yield "count of a word", 3, lambda reading: reading.count(parse("same OR w100"))
    yield "changes, none", 5, lambda reading: reading.changes(everything, after=2**60, removed_after=2**60, limit=500)
    yield f"a page of {PAGE}, of all", 1, lambda reading: paged(reading, posts)


def _newest(sort: Sort, reading: Reading) -> object:
    return reading.search(parse("*"), limit=PAGE, sort=sort)


def paged(reading: Reading, posts: int) -> None:
    """Read all posts page by page; each must come once."""
    seen: set[bytes] = set()
    before = None
    while True:
        page = reading.search(parse("*"), limit=PAGE, before=before)
        seen.update(body[: body.index(b",")] for body in page.bodies)
        before = page.next
        if before is None:
            break
    if len(seen) != posts:
        raise SystemExit(f"{len(seen)} of {posts} posts came")


def delete_in_steps(store: Store, meter: Meter, writes: Writes) -> tuple[float, float, int]:
    """Delete in at most `STEPS` steps; return the CPU (ms) of the worst step and of a post, and the number of steps."""
    steps: list[float] = []
    deleted = 0
    while True:
        started = meter.now_ms()
        done = store.persist(writes, time.time_ns() // 1_000)
        steps.append(meter.now_ms() - started)
        deleted += len(done.deleted)
        if not done.left or len(steps) == STEPS:
            return max(steps), sum(steps) / max(1, deleted), len(steps)
        writes = replace(writes, continued=True)


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """Open a store, and close it at the end."""
    store = open_store(settings)
    try:
        yield store
    finally:
        store.close()


def measured(settings: Settings, kind: str, posts: int) -> dict[str, float]:
    """Return all figures of a kind."""
    meter = Meter(settings)
    with opened(settings) as store:
        figures = {"stored, us a post": fill(store, meter, kind, posts)}
        figures["upkeep"] = meter.of(store.maintain)
        for name, times, ask in reads(posts):
            with store.reading(timeout_s=TIMEOUT_S) as reading:
                figures[name] = meter.of(lambda: ask(reading), times)  # noqa: B023 - called at once
        figures[f"a page of {PAGE}, of all"] /= -(-posts // PAGE)
        first = made(1, kind).post
        edit = msgspec.structs.replace(first, text="edited", version=first.version + 10**9)
        figures["edit of the first"] = meter.of(lambda: store.persist(Writes([Upsert(edit)]), time.time_ns() // 1_000))
        figures["upkeep after it"] = meter.of(store.maintain)
        worst, each, steps = delete_in_steps(store, meter, Writes(deletions=[Deletion("x:1", T0)]))
        figures |= {"deleting it, worst step": worst, "deleting it, a post": each, "deleting it, steps": steps}
        author = made(2, kind).post.author.id
        worst, each, steps = delete_in_steps(
            store, meter, Writes(author_deletions=[AuthorDeletion("x", author, 2**53 - 1)])
        )
        figures |= {"forgetting, worst step": worst, "forgetting, a post": each, "forgetting, steps": steps}
    return figures


def main() -> None:
    """Measure every kind and print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--posts", type=int, default=200_000)
    options.add_argument("--store", choices=("sqlite", "elasticsearch"), default="sqlite")
    options.add_argument("--kinds", default=",".join(KINDS))
    options.add_argument("--heap", type=int, default=1_024, help="MB of the server that is started")
    given = options.parse_args()
    print(f"{given.store}, {given.posts:,} posts of each kind; CPU in ms but where it says otherwise", flush=True)
    with ExitStack() as stack:
        url = ""
        if given.store == "elasticsearch":
            try:
                url = stack.enter_context(running(V9, given.heap, measured=True))
            except CannotAssemble as error:
                raise SystemExit(f"no Elasticsearch here: {error}") from error
        base: dict[str, float] = {}
        for kind in given.kinds.split(","):
            with tempfile.TemporaryDirectory(prefix="alike") as directory:
                settings = Settings(data_dir=Path(directory))
                if url:
                    settings = Settings(
                        elasticsearch_url=url, elasticsearch_prefix=f"alike-{kind}", elasticsearch_replicas=0
                    )
                figures = measured(settings, kind, given.posts)
            base = base or figures
            print(f"\n{kind}")
            for name, value in figures.items():
                ratio = f"{value / base[name]:8.2f} x" if base.get(name) else ""
                print(f"  {name:32}{value:12.3f}{ratio}", flush=True)


if __name__ == "__main__":
    main()
