"""What a worker does with batches that are not as they should be: on a real Valkey, with a store in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from redis import Redis

from pipeline.assembly import understand
from pipeline.broker.counters import Counters
from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable, StoreError, StoreUnavailable
from pipeline.match.matcher_replica import MatcherReplica
from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.match.search_registry import Registry
from pipeline.normalise import normalise
from pipeline.publish.messages import PORTION_BYTES, posts_messages
from pipeline.publish.order import Order
from pipeline.query.document import describe
from pipeline.queue.batch import FORGET, RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import Claims
from pipeline.queue.dead_letters import DeadLetters
from pipeline.store import refused_posts
from pipeline.store.contract import Persisted, Store, Writes
from pipeline.store.elastic.cluster.client import client_of, path_to
from pipeline.store.memory import MemoryStore
from pipeline.store.plan import deletions
from pipeline.worker import ingest
from pipeline.worker.ingest import OUTAGE_WAIT_S, Ingest, Stages
from pipeline.worker.intake import Tracking
from tests.store.elastic.stores import access, store_in

pytestmark = pytest.mark.redis


def post(number: int, text: str = "cats", **more: Any) -> bytes:
    """Return the record of a post."""
    told = {"murmur": 1, "kind": "post", "id": f"demo:{number}", "version": 1, "created_at": 1_700_000_000_000}
    return msgspec.json.encode(told | {"text": text, "author": {"id": "1", "handle": "a"}} | more)


class Worker:
    """One worker on real Redis parts; `fails` is asked before each persist."""

    def __init__(self, redis: Redis, names: Names, track: str = "*", store: Store | None = None) -> None:
        self.redis, self.names, self.track = redis, names, track
        self.claims, self.dead = Claims(redis, names), DeadLetters(redis, names)
        self.registry = Registry(redis, names)
        self.counters = Counters(redis, names, "test")
        self.store: Store = store or MemoryStore()
        self.fails: Callable[[Writes], None] = lambda _: None
        self.enqueued: list[str] = []
        self.slept: list[float] = []
        self._persist = self.store.persist
        self.store.persist = self._checked  # type: ignore[method-assign]
        matcher = MemoryMatcher()
        self.ingest = Ingest(
            Stages(
                names=names,
                claims=self.claims,
                order=Order(redis, names),
                store=self.store,
                following=MatcherReplica(self.registry, matcher, understand),
                tracking=Tracking(
                    lambda: self.track, understand, describe, matcher, clock_s=iter(range(10**9)).__next__
                ),
                dead=self.dead,
                counters=self.counters,
                normalise=normalise,
                enqueue=self.enqueued.append,
                sleep=self.slept.append,
            )
        )

    def _checked(self, writes: Writes, seq: int) -> Persisted:
        self.fails(writes)
        return self._persist(writes, seq)

    def offer(self, *records: bytes, batch_id: str = "b", label: str = "demo") -> None:
        """Open a batch."""
        self.claims.offer(
            batch_id, encode_batch(RawBatch(label, [RawRecord(1_700_000_000_000, one) for one in records]))
        )

    def stored(self) -> set[str]:
        """Return the ids stored."""
        with self.store.reading() as reading:
            return {msgspec.json.decode(body)["id"] for body in reading.export(understand("*"))}

    def done(self) -> bool:
        """Tell whether nothing is open."""
        return self.claims.backlog().batches == 0


@pytest.fixture
def worker(redis_client: Redis, names: Names) -> Worker:
    return Worker(redis_client, names)


def _poison(*numbers: int) -> Callable[[Writes], None]:
    def fails(writes: Writes) -> None:
        if any(upsert.post.id in {f"demo:{number}" for number in numbers} for upsert in writes.upserts):
            raise RuntimeError("cannot digest this")

    return fails


def test_one_unreadable_record_does_not_fail_its_batch(worker: Worker) -> None:
    worker.offer(post(1), b'{"murmur":1,"kind":"post"', post(2))
    worker.ingest.run("b")
    assert worker.stored() == {"demo:1", "demo:2"}
    (letter,) = worker.dead.letters()
    assert letter.raw == b'{"murmur":1,"kind":"post"'
    assert "malformed" in letter.error
    assert worker.done()


def test_a_batch_wholly_in_the_dead_letters_is_done(worker: Worker) -> None:
    worker.offer(b"nonsense", b"{}")
    worker.ingest.run("b")
    assert worker.done()
    assert worker.dead.size().letters == 2
    worker.ingest.run("b")
    assert worker.dead.size().letters == 2


def test_bytes_that_are_no_batch_are_set_aside(worker: Worker) -> None:
    worker.claims.offer("b", b"not a batch")
    worker.ingest.run("b")
    assert worker.done()
    assert [letter.raw for letter in worker.dead.letters()] == [b"not a batch"]


def test_after_three_failures_a_batch_is_taken_post_by_post_and_only_the_culprit_is_set_aside(worker: Worker) -> None:
    worker.offer(post(1), post(2), post(3))
    worker.fails = _poison(2)
    for attempt in range(3):
        worker.ingest.run("b")
        assert worker.enqueued == ["b"] * (attempt + 1)
        assert not worker.done()
    worker.ingest.run("b")
    assert worker.stored() == {"demo:1", "demo:3"}
    (letter,) = worker.dead.letters()
    assert (letter.raw, letter.error) == (post(2), "RuntimeError: cannot digest this")
    assert worker.done()
    assert worker.enqueued == ["b"] * 3


def test_what_was_taken_post_by_post_is_published(worker: Worker, redis_client: Redis, names: Names) -> None:
    query = understand("cats")
    worker.registry.register({query.key: query.canonical})
    pubsub = redis_client.pubsub()  # type: ignore[no-untyped-call]
    pubsub.subscribe(names.live(query.key))
    worker.offer(post(1), post(2))
    worker.fails = _poison(2)
    for _ in range(4):
        worker.ingest.run("b")
    heard = [pubsub.get_message(timeout=1) for _ in range(2)][1]
    assert [one["id"] for one in msgspec.json.decode(heard["data"].partition(b"\n")[2])] == ["demo:1"]


def test_a_post_that_the_store_refuses_is_set_aside_and_the_rest_is_published_in_the_same_attempt(
    worker: Worker, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_posts, "_problem", lambda one: "too great" if one.id == "demo:2" else "")
    query = understand("cats")
    worker.registry.register({query.key: query.canonical})
    pubsub = redis_client.pubsub()  # type: ignore[no-untyped-call]
    pubsub.subscribe(names.live(query.key))
    worker.offer(post(1), post(2), post(3))
    worker.ingest.run("b")
    assert worker.done()
    assert worker.enqueued == []
    assert worker.stored() == {"demo:1", "demo:3"}
    assert [(letter.raw, letter.error) for letter in worker.dead.letters()] == [(post(2), "too great")]
    heard = [pubsub.get_message(timeout=1) for _ in range(2)][1]
    assert [one["id"] for one in msgspec.json.decode(heard["data"].partition(b"\n")[2])] == ["demo:1", "demo:3"]


def test_a_slow_store_is_given_time_and_no_record_is_condemned_for_it(worker: Worker) -> None:
    now_s = [0.0]

    def slow(writes: Writes) -> None:
        now_s[0] += 15.0
        _poison(7)(writes)

    worker.offer(*(post(number) for number in range(20)))
    worker.fails = slow
    object.__setattr__(worker.ingest._stages, "clock_s", lambda: now_s[0])
    runs = 0
    while not worker.done():
        runs += 1
        worker.ingest.run("b")
        assert len(worker.enqueued) == min(runs, len(worker.enqueued)), "each time at once, behind the others"
        assert runs < 30
    assert runs > 5
    assert [letter.raw for letter in worker.dead.letters()] == [post(7)]
    assert worker.stored() == {f"demo:{number}" for number in range(20) if number != 7}


def test_a_broken_store_condemns_nothing(worker: Worker) -> None:
    def broken(_: Writes) -> None:
        raise StoreError("the disk image is malformed")

    worker.offer(post(1), post(2))
    worker.fails = broken
    for _ in range(8):
        worker.ingest.run("b")
    assert worker.dead.size().letters == 0
    worker.fails = lambda _: None
    worker.ingest.run("b")
    assert worker.stored() == {"demo:1", "demo:2"}
    assert worker.done()


def test_a_record_over_which_two_workers_died_is_the_culprit(worker: Worker) -> None:
    worker.offer(post(1), post(2), post(3))
    for _ in range(3):
        worker.claims.take("b")  # three workers died over the whole of it
    for _ in range(2):
        claim = worker.claims.take("b")
        assert claim is not None
        steps = worker.ingest.attempt(claim)
        worker.fails = _dies_at(2)
        with pytest.raises(KeyboardInterrupt):
            for _ in steps:
                pass
    worker.fails = lambda _: None
    worker.ingest.run("b")
    assert worker.stored() == {"demo:1", "demo:3"}
    assert [letter.raw for letter in worker.dead.letters()] == [post(2)]
    assert worker.done()


def _dies_at(number: int) -> Callable[[Writes], None]:
    def fails(writes: Writes) -> None:
        if any(upsert.post.id == f"demo:{number}" for upsert in writes.upserts):
            raise KeyboardInterrupt

    return fails


@pytest.mark.parametrize("outage", [StoreUnavailable("disk full"), BrokerUnavailable("gone")])
def test_an_outage_puts_the_batch_back_and_does_not_count(worker: Worker, outage: Exception) -> None:
    worker.offer(post(1))

    def away(_: Writes) -> None:
        raise outage

    worker.fails = away
    for _ in range(6):
        worker.ingest.run("b")
    assert worker.enqueued == ["b"] * 6
    assert sum(worker.slept) <= 6 * 5.0
    worker.fails = lambda _: None
    worker.ingest.run("b")
    assert (worker.stored(), worker.dead.size().letters, worker.done()) == ({"demo:1"}, 0, True)


def test_an_outage_of_the_store_is_told_until_it_answers(worker: Worker) -> None:
    worker.offer(post(1))
    told: list[str | None] = []
    object.__setattr__(worker.ingest._stages, "outage", told.append)

    def away(_: Writes) -> None:
        raise StoreUnavailable("disk full")

    worker.fails = away
    worker.ingest.run("b")
    worker.fails = lambda _: None
    worker.ingest.run("b")
    assert told == ["disk full", None]


def test_ingest_never_raises_even_if_the_queue_is_away_too(worker: Worker) -> None:
    worker.offer(post(1))
    worker.fails = _poison(1)

    def away(_: str) -> None:
        raise OSError("no queue")

    object.__setattr__(worker.ingest._stages, "enqueue", away)
    worker.ingest.run("b")
    assert not worker.done()


def test_posts_outside_track_are_not_stored_and_track_changes_at_run_time(redis_client: Redis, names: Names) -> None:
    worker = Worker(redis_client, names, track="cats")
    worker.offer(post(1), post(2, "dogs"))
    worker.ingest.run("b")
    assert worker.stored() == {"demo:1"}
    worker.track = "dogs"
    worker.offer(post(3), post(4, "dogs"), batch_id="b2")
    worker.ingest.run("b2")
    assert worker.stored() == {"demo:1", "demo:4"}
    assert worker.counters.value("posts_untracked") == 2


def test_a_repost_inside_track_brings_its_original(redis_client: Redis, names: Names) -> None:
    worker = Worker(redis_client, names, track="from:b")
    repost = post(2, "", repost_of="demo:1", author={"id": "2", "handle": "b"})
    worker.offer(post(1), repost, post(3))
    worker.ingest.run("b")
    assert worker.stored() == {"demo:1", "demo:2"}


def test_track_searches_takes_in_what_people_look_at(redis_client: Redis, names: Names) -> None:
    worker = Worker(redis_client, names, track="searches")
    query = understand("dogs")
    worker.registry.register({query.key: query.canonical})
    worker.ingest._stages.following.follow()
    worker.offer(post(1), post(2, "dogs"))
    worker.ingest.run("b")
    assert worker.stored() == {"demo:2"}


def test_a_withdrawn_post_does_not_come_back(worker: Worker) -> None:
    worker.offer(post(1), GONE, post(2))
    worker.ingest.run("b")
    worker.offer(post(1), batch_id="b2")
    worker.ingest.run("b2")
    assert worker.stored() == {"demo:2"}


GONE = b'{"murmur":1,"kind":"delete","id":"demo:1","at":1700000000000}'
FORGOTTEN = b'{"murmur":1,"kind":"forget","id":"","author":{"id":"1","handle":""}}'


@pytest.mark.parametrize("withdrawal", [GONE, FORGOTTEN])
@pytest.mark.parametrize("deaths", [1, 2])
def test_what_went_with_a_withdrawal_is_told_although_the_worker_died(
    worker: Worker, redis_client: Redis, names: Names, withdrawal: bytes, deaths: int
) -> None:
    worker.offer(post(1), post(2, repost_of="demo:1"), post(3, author={"id": "2", "handle": "b"}))
    worker.ingest.run("b")
    listening = redis_client.pubsub()  # type: ignore[no-untyped-call]
    listening.subscribe(names.notices)
    assert listening.get_message(timeout=5)
    worker.offer(withdrawal, batch_id="b2", label=FORGET if withdrawal is FORGOTTEN else "demo")
    for _ in range(deaths):
        claim = worker.claims.take("b2")
        assert claim is not None
        assert "persisted" in worker.ingest.attempt(claim)  # and not a step further
    worker.ingest.run("b2")
    message = listening.get_message(timeout=5)
    assert message is not None
    told = msgspec.json.decode(message["data"].partition(b"\n")[2])
    assert told["type"] == "deleted"
    assert set(told["ids"]) == {"demo:1", "demo:2"}
    listening.close()


def test_a_standing_search_that_cannot_be_parsed_harms_no_other(worker: Worker) -> None:
    query = understand("cats")
    worker.registry.register({"0" * 16: "((", query.key: query.canonical})
    worker.offer(post(1))
    worker.ingest.run("b")
    assert worker.done()
    assert worker.counters.value("matches") == 1


def test_searches_that_match_the_same_posts_share_one_message_body(names: Names) -> None:
    """Each post's bytes are joined once for a set of posts, however many searches have it."""
    matches = {f"k{n}": (0, 2) for n in range(100)} | {"other": (1,)}
    messages = posts_messages(names, matches, [b"{0}", b"{1}", b"{2}"])
    assert len(messages) == 101
    assert len({id(payload) for _, payload in messages}) == 2
    assert dict(messages)[names.live("k7")] == b"[{0},{2}]"


def test_messages_are_bounded_unless_one_post_is_larger(names: Names) -> None:
    sizes = [20_000, 11_999, 1, 40_000, 10, *[1_000] * 100]
    bodies = [b"%d" % (10 ** (size - 1)) if size < 9 else b'"%s"' % (b"x" * (size - 2)) for size in sizes]
    messages = posts_messages(names, {"k": range(len(bodies))}, bodies)
    assert b",".join(payload[1:-1] for _, payload in messages) == b",".join(bodies)
    assert [len(payload) - 2 for _, payload in messages[:3]] == [32_000, 1, 40_000]
    assert all(len(payload) - 2 <= PORTION_BYTES for _, payload in messages[3:])
    assert len(messages) == 3 + 4


@pytest.mark.elasticsearch
def test_post_that_a_cluster_cannot_store_is_set_aside_alone(
    redis_client: Redis, names: Names, elasticsearch: str
) -> None:
    settings = access(elasticsearch)
    with store_in(settings) as store:
        wrong = {"mappings": {"properties": {"reach": {"type": "ip"}}}}
        client_of(settings).request("PUT", path_to(store.names.posts_of("2015")), wrong, into=msgspec.Raw)
        worker = Worker(redis_client, names, store=store)
        author = {"id": "1", "handle": "a", "followers": 5}
        worker.offer(post(1), post(2, created_at=1_430_000_000_000, author=author), post(3))
        worker.ingest.run("b")
        assert worker.stored() == {"demo:1", "demo:3"}
        (letter,) = worker.dead.letters()
        assert "cannot store demo:2: " in letter.error
        assert worker.done()


def test_a_batch_that_cannot_be_committed_comes_again_later_and_later_and_starves_no_other(
    worker: Worker, redis_client: Redis, mute: Redis, names: Names, caplog: pytest.LogCaptureFixture
) -> None:
    query = understand("cats")
    worker.registry.register({query.key: query.canonical})
    worker.offer(post(1), b"nonsense")
    worker.offer(post(2, "dogs"), batch_id="other")
    object.__setattr__(worker.ingest._stages, "order", Order(mute, names))
    waits = []
    for _ in range(12):
        worker.ingest.run("b")
        due = redis_client.zscore(names.later, "b")
        waits.append(round(due / 1000 - time.time()) if due else 0)
    assert worker.enqueued == ["b"] * 3, "then by upkeep, not by itself"
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert worker.slept == [], "no other batch waits for it"
    assert sum(record.exc_info is not None for record in caplog.records) == 1
    worker.ingest.run("other")
    assert worker.stored() == {"demo:1", "demo:2"}
    assert worker.dead.size().letters == 1, "set aside once, not with each attempt"
    object.__setattr__(worker.ingest._stages, "order", Order(redis_client, names))
    worker.ingest.run("b")
    assert worker.done()


def test_a_redis_that_refuses_to_give_a_batch_out_is_asked_again_after_a_pause(
    worker: Worker, redis_client: Redis, names: Names
) -> None:
    worker.offer(post(1))
    redis_client.delete(names.attempts)
    redis_client.set(names.attempts, "not a hash")
    for _ in range(2):
        worker.ingest.run("b")
    assert sum(worker.slept) == 2 * OUTAGE_WAIT_S
    assert worker.enqueued == ["b", "b"]


def _told(listening: Any) -> list[list[str]]:
    """Return the ids of each notice of withdrawals heard so far."""
    told = []
    while (message := listening.get_message(timeout=0.2)) is not None:
        if message["type"] == "message":
            notice = msgspec.json.decode(message["data"].partition(b"\n")[2])
            told.append(notice["ids"])
    return told


def test_withdrawal_of_what_many_reposted_is_told_some_at_a_time_and_ends(
    worker: Worker, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletions, "MAX_REMOVED", 3)
    worker.offer(post(1), *(post(n, "", repost_of="demo:1") for n in range(2, 12)), post(20))
    worker.ingest.run("b")
    listening = redis_client.pubsub()  # type: ignore[no-untyped-call]
    listening.subscribe(names.notices)
    worker.offer(GONE, post(21), batch_id="gone")
    worker.ingest.run("gone")
    told = _told(listening)
    assert max(map(len, told)) <= 4
    assert {post_id for ids in told for post_id in ids} == {f"demo:{n}" for n in range(1, 12)}
    assert worker.stored() == {"demo:20", "demo:21"}
    assert worker.done()
    assert worker.enqueued == []


@pytest.mark.parametrize("one_by_one", [False, True])
def test_withdrawal_that_takes_longer_than_an_attempt_goes_on_in_the_next(
    worker: Worker, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch, *, one_by_one: bool
) -> None:
    monkeypatch.setattr(deletions, "MAX_REMOVED", 3)
    monkeypatch.setattr(ingest, "WITHDRAWING_S", 0.0)
    worker.offer(post(1), *(post(n, "", repost_of="demo:1") for n in range(2, 12)), post(20))
    worker.ingest.run("b")
    listening = redis_client.pubsub()  # type: ignore[no-untyped-call]
    listening.subscribe(names.notices)
    worker.offer(GONE, post(21), batch_id="gone")
    if one_by_one:
        worker.fails = _poison(21)
        for _ in range(3):
            worker.claims.take("gone")
    attempts = 0
    while not worker.done():
        attempts += 1
        assert attempts <= 6, "each finds less"
        worker.ingest.run("gone")
    assert attempts > 2
    assert {post_id for ids in _told(listening) for post_id in ids} == {f"demo:{n}" for n in range(1, 12)}
    assert worker.stored() == {"demo:20"} | (set() if one_by_one else {"demo:21"})
    assert worker.dead.size().letters == int(one_by_one)
