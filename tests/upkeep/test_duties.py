"""Upkeep's duties on a real Valkey: each is done once a time, whoever does it, and by another when one is gone."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis import Redis

from pipeline.assembly import Process, build_upkeep
from pipeline.broker.counters import Counters, by_process, totals
from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable, StoreUnavailable
from pipeline.match.search_registry import Registry
from pipeline.post import Author, Post, Upsert
from pipeline.publish.order import Order
from pipeline.queue.claim_check import Claims
from pipeline.queue.dead_letters import DeadLetter, DeadLetters
from pipeline.reader.status import Coverage, Speaker
from pipeline.settings import load
from pipeline.store.contract import Writes
from pipeline.store.memory import MemoryStore
from pipeline.store.sqlite.schema import FILE
from pipeline.store.top_values.background import MIN_POSTS
from pipeline.upkeep.duties import Means, Upkeep

pytestmark = pytest.mark.redis


class Board:
    """What upkeep works with, and what it sent."""

    def __init__(self, redis: Redis, names: Names, **more: str) -> None:
        self.redis, self.names = redis, names
        self.enqueued: list[str] = []
        self.asked: list[str] = []
        self.queued = 0
        self.store = MemoryStore()
        self.means = Means(
            settings=load({"SOURCE": "demo,replay", "REPLAY_PATH": "x", "REDIS_PREFIX": names.prefix} | more),
            redis=redis,
            names=names,
            store=lambda: self.store,
            kept_store=lambda: self.store,
            claims=Claims(redis, names),
            order=Order(redis, names),
            registry=Registry(redis, names),
            dead=DeadLetters(redis, names),
            counters=Counters(redis, names, "upkeep"),
            enqueue=self.enqueued.append,
            read_stream=self.asked.append,
            queued=lambda: self.queued,
            visibility_s=0.0,
            embedded=False,
        )
        self.pubsub: Any = redis.pubsub()  # type: ignore[no-untyped-call]
        self.pubsub.subscribe(names.notices)

    def upkeep(self) -> Upkeep:
        """Return an upkeep of a process of its own."""
        return Upkeep(replace(self.means, counters=Counters(self.redis, self.names, "upkeep")))

    def heard(self) -> list[dict[str, Any]]:
        """Return the notices since last time."""
        found = []
        while (message := self.pubsub.get_message(timeout=0.05)) is not None:
            if message["type"] == "message":
                found.append(msgspec.json.decode(message["data"].partition(b"\n")[2]))
        return found


@pytest.fixture
def board(redis_client: Redis, names: Names) -> Board:
    return Board(redis_client, names)


def test_two_upkeeps_tick_once_a_second(board: Board) -> None:
    one, other = board.upkeep(), board.upkeep()
    one.tick()
    other.tick()
    (tick,) = board.heard()
    assert tick["type"] == "tick"
    assert [(source["name"], source["state"]) for source in tick["sources"]] == [("demo", "down"), ("replay", "down")]


def test_a_tick_is_told_although_no_message_can_be_sent(board: Board) -> None:
    def refused(_: str) -> None:
        raise BrokerUnavailable("Celery's broker is away")

    board.means.claims.offer("b1", b"raw", announced=False)
    Upkeep(replace(board.means, read_stream=refused, enqueue=refused)).tick()
    assert [told["type"] for told in board.heard()] == ["tick"]


def test_a_reader_is_asked_for_only_where_none_holds_the_lease(board: Board) -> None:
    assert board.means.claims.acquire("demo") is not None
    board.upkeep().schedule_readers()
    board.upkeep().schedule_readers()
    assert board.asked == ["replay"]


def test_lost_messages_are_sent_again_but_a_long_queue_is_not(board: Board, redis_client: Redis, names: Names) -> None:
    board.means.claims.offer("b1", b"raw")
    redis_client.zadd(names.open, {"b1": 1})
    board.queued = 1
    assert board.upkeep().enqueue_stale() == 0
    board.queued = 0
    assert board.upkeep().enqueue_stale() == 1
    assert board.enqueued == ["b1"]


def test_a_postponed_batch_is_enqueued_when_its_time_has_come_and_counts_as_no_lost_one(
    board: Board, redis_client: Redis, names: Names
) -> None:
    claims = board.means.claims
    claims.offer("b1", b"raw")
    claims.postpone("b1", 1_000)
    redis_client.zadd(names.open, {"b1": 1})
    upkeep = board.upkeep()
    upkeep.enqueue_sent()
    assert (upkeep.enqueue_stale(), board.enqueued) == (0, [])
    claims.postpone("b1", 0)
    upkeep.enqueue_sent()
    upkeep.enqueue_sent()
    assert board.enqueued == ["b1"]
    assert claims.postponed() == 0


def test_a_postponed_batch_that_cannot_be_enqueued_stays_postponed(board: Board) -> None:
    def refused(_: str) -> None:
        raise BrokerUnavailable("Celery's broker is away")

    board.means.claims.offer("b1", b"raw")
    board.means.claims.postpone("b1", 0)
    Upkeep(replace(board.means, enqueue=refused)).tick()
    assert board.means.claims.postponed() == 1


def test_the_store_that_is_written_is_told(board: Board, redis_client: Redis, names: Names) -> None:
    board.upkeep().housekeep()
    assert redis_client.get(names.store) == board.store.identity.encode()


def test_a_duty_that_fails_does_not_stop_the_others(
    board: Board, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Upkeep, "publish_identity", lambda _: 1 / 0)
    board.means.registry.register({"k": "cats"})
    redis_client.zadd(names.searches_lease, {"k": 1})
    board.upkeep().housekeep()
    assert board.means.registry.count() == 0


def test_a_withdrawn_post_leaves_the_dead_letters(board: Board) -> None:
    board.means.dead.add([DeadLetter("x", "", 1, b'{"id":4711}', "no")])
    board.means.order.commit(board.means.order.begin("b", 1), [], [], tombstones=["x:4711"])
    board.upkeep().purge_withdrawn()
    assert board.means.dead.size().letters == 0


def test_coverage_rows_and_gaps_reach_the_store(board: Board) -> None:
    rows: list[Coverage] = []
    speaker = Speaker(
        board.redis, board.means.order, board.names, "demo", generated=True, cover=rows.append, search=lambda: "*"
    )
    for state in ("starting", "live", "live", "reconnecting", "down", "live"):
        speaker.say(state, "no network" if state in ("reconnecting", "down") else "")
        time.sleep(0.003)  # a row that begins in the same millisecond takes the other's place
    speaker.gap(1, 2, "cursor too old")
    for row in rows:
        board.upkeep().cover(row)
    assert [(row.why, row.until) for row in rows] == [
        ("", None),
        ("no network", None),
        ("", None),
        ("cursor too old", 2),
    ]
    assert len(board.store.coverage()) >= 3
    told = board.heard()
    assert [one["state"] for one in told if one["type"] == "source"] == [
        "starting",
        "live",
        "reconnecting",
        "down",
        "live",
    ]
    assert told[-1] == {"type": "gap", "source": "demo", "from": 1, "to": 2, "why": "cursor too old"}


def test_counters_of_all_processes_are_summed_and_end_with_them(
    board: Board, redis_client: Redis, names: Names
) -> None:
    for amount in (2, 3):
        counters = Counters(redis_client, names, "worker")
        counters.add("posts_accepted", amount)
        counters.observe_latency(15, 10)
        counters.flush()
        assert 0 < int(redis_client.ttl(names.counters(counters.process))) <= 60
    assert totals(redis_client, names)["posts_accepted"] == 5
    assert totals(redis_client, names)["latency_ms_le_20"] == 20


def test_retention_removes_old_posts_and_says_so(redis_client: Redis, names: Names) -> None:
    board = Board(redis_client, names, RETENTION_DAYS="1")
    board.upkeep().prune()
    assert board.heard() == []
    old = Post(id="x:1", version=1, source="x", created_at=1_000, received_at=1_000, author=Author("1", "a"))
    board.store.persist(Writes([Upsert(old)]), 1)
    assert board.upkeep().prune() == 1
    assert [told["type"] for told in board.heard()] == ["pruned"]


class _Away(MemoryStore):
    def indexed(self) -> int:
        raise StoreUnavailable("the disk is full")


def test_ticks_go_on_while_the_store_is_away_and_say_so(board: Board) -> None:
    upkeep = board.upkeep()
    board.store.persist(
        Writes([Upsert(Post(id="x:1", version=1, source="x", created_at=1, received_at=1, author=Author("1", "a")))]), 1
    )
    upkeep.tick()
    there, board.store = board.store, _Away()
    ticks = [_ticked(board, upkeep) for _ in range(2)]
    assert [tick["indexed"] for tick in ticks] == [1, 1]
    assert {tick["outage"]["why"] for tick in ticks} == {"the disk is full"}
    assert ticks[0]["outage"]["since"] == ticks[1]["outage"]["since"], "it is one outage"
    board.store = there
    assert _ticked(board, upkeep)["outage"] is None


def _ticked(board: Board, upkeep: Upkeep) -> dict[str, Any]:
    board.redis.delete(board.names.duty("tick"))
    board.heard()
    upkeep.tick()
    return next(told for told in board.heard() if told["type"] == "tick")


def test_counters_are_found_by_name_and_not_among_all_that_lies_in_redis(redis_client: Redis, names: Names) -> None:
    one, other = Counters(redis_client, names, "one"), Counters(redis_client, names, "other")
    for counters in (one, other):
        counters.add("posts_accepted", 2)
        counters.flush()
    redis_client.mset({f"somebody-else:{n}": "x" for n in range(2_000)})
    before: Any = redis_client.info("commandstats")
    assert totals(redis_client, names) == {"posts_accepted": 4}
    after: Any = redis_client.info("commandstats")
    asked = {name for name, told in after.items() if told["calls"] > before.get(name, {"calls": 0})["calls"]}
    assert asked <= {"cmdstat_zrange", "cmdstat_hgetall", "cmdstat_info"}


def test_a_process_that_died_is_forgotten_by_the_next_that_counts(redis_client: Redis, names: Names) -> None:
    dead, living = Counters(redis_client, names, "dead"), Counters(redis_client, names, "living")
    for counters in (dead, living):
        counters.add("posts_accepted")
        counters.flush()
    redis_client.delete(names.counters(dead.process))
    assert set(by_process(redis_client, names)) == {living.process}
    redis_client.zadd(names.processes, {dead.process: 1})
    living.flush()
    assert redis_client.zrange(names.processes, 0, -1) == [living.process.encode()]


@pytest.mark.parametrize("embedded", [True, False])
@pytest.mark.parametrize(
    ("given", "gb"),
    [
        ({}, 5.0),
        ({"STORE_MAX_GB": "0.5"}, 0.5),
        ({"ELASTICSEARCH_URL": "http://example.org"}, None),
        ({"ELASTICSEARCH_URL": "http://example.org", "STORE_MAX_GB": "7"}, 7.0),
    ],
)
def test_how_large_a_store_may_grow_depends_on_the_store_and_not_on_redis(
    redis_client: Redis, names: Names, given: dict[str, str], gb: float | None, embedded: bool
) -> None:
    board = Board(redis_client, names, **given)
    asked: list[int | None] = []

    def prune(*, before_ms: int | None, max_bytes: int | None) -> int:
        asked.append(max_bytes)
        return 0

    board.store.prune = prune  # type: ignore[method-assign]
    Upkeep(replace(board.means, embedded=embedded)).prune()
    assert asked == ([] if gb is None else [int(gb * 1e9)])


@pytest.mark.parametrize("embedded", [True, False])
def test_only_the_embedded_broker_is_told_to_write_its_file_anew(
    board: Board, redis_client: Redis, names: Names, embedded: bool
) -> None:
    board.means.order.commit(board.means.order.begin("b", 1), [], [], tombstones=["x:4711"])
    before: Any = redis_client.info("commandstats")
    Upkeep(replace(board.means, embedded=embedded)).purge_withdrawn()
    after: Any = redis_client.info("commandstats")
    calls = [told.get("cmdstat_bgrewriteaof", {"calls": 0})["calls"] for told in (before, after)]
    assert calls[1] - calls[0] == int(embedded)


def _worded(number: int) -> Post:
    return Post(
        id=f"x:{number}",
        version=1,
        created_at=1_700_000_000_000,
        received_at=1_700_000_000_000,
        source="x",
        lang="en",
        langs=["en"],
        text="murmurations",
        author=Author("1", "a"),
    )


def test_words_are_counted_together_whichever_thread_keeps_the_store(valkey: str, names: Names, tmp_path: Path) -> None:
    process = Process(load({"REDIS_URL": valkey, "REDIS_PREFIX": names.prefix, "DATA_DIR": str(tmp_path)}), "upkeep")
    upkeep = build_upkeep(
        process, enqueue=lambda _: None, read_stream=lambda _: None, queued=lambda: 0, visibility_s=60.0
    )
    for number in range(MIN_POSTS):
        one = _worded(number)
        process.store().persist(Writes([Upsert(one)]), number + 1)
        thread = threading.Thread(target=upkeep.store_upkeep)
        thread.start()
        thread.join()
    with closing(sqlite3.connect(tmp_path / FILE)) as store:
        assert store.execute("SELECT sum(posts) FROM background WHERE word = 'murmurations'").fetchone() == (MIN_POSTS,)
    process.counters.stop()


def _same(store: MemoryStore) -> MemoryStore:
    return store


def test_the_store_is_kept_by_one_process_until_that_is_gone(
    board: Board, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    one, other = board.upkeep(), board.upkeep()

    def store_of(name: str) -> MemoryStore:
        store = MemoryStore()
        monkeypatch.setattr(store, "maintain", lambda: kept.append(name))
        return store

    for upkeep, store in ((one, store_of("one")), (other, store_of("other"))):
        upkeep._means = replace(upkeep._means, kept_store=partial(_same, store))
    for upkeep in (one, other, other, one):
        upkeep.store_upkeep()
    redis_client.delete(names.duty("keeper"))
    other.store_upkeep()
    assert kept == ["one", "one", "other"]
