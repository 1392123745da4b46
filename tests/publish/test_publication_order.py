"""Publication order on a real Valkey: BEGIN, COMMIT and `safe`."""

from __future__ import annotations

import random
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import OutOfMemoryError

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.errors import BatchDone
from pipeline.publish import publication_order
from pipeline.publish.publication_order import Attempt, PublicationOrder
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.reader_leases import Leases

pytestmark = pytest.mark.redis


@pytest.fixture
def order(redis_client: Redis, names: Names) -> PublicationOrder:
    return PublicationOrder(redis_client, names)


def _keys(redis: Any, names: Names) -> list[str]:
    return [key.decode() for key in redis.keys(f"{names.prefix}*")]


def _received(pubsub: Any) -> list[tuple[str, int, bytes]]:
    received = []
    while (message := pubsub.get_message(timeout=0.05)) is not None:
        if message["type"] == "message":
            safe, _, payload = message["data"].partition(b"\n")
            received.append((message["channel"].decode(), int(safe), payload))
    return received


def test_sequence_numbers_only_rise(order: PublicationOrder) -> None:
    first = order.begin("a", 5)
    second = order.begin("b", 1)
    assert second.seq >= first.seq + 5


def test_numbers_do_not_repeat_after_the_broker_lost_its_tail(
    order: PublicationOrder, redis_client: Redis, names: Names
) -> None:
    lost = order.begin("a", 1_000)
    redis_client.delete(names.seq)
    assert order.begin("b", 1).seq > lost.seq


def test_a_clock_that_went_back_does_not_repeat_numbers(
    order: PublicationOrder, redis_client: Redis, names: Names
) -> None:
    ahead = 4_000_000_000_000_000
    redis_client.set(names.seq, ahead)
    assert order.begin("a", 3).seq == ahead + 1
    assert order.begin("b", 1).seq == ahead + 4


def test_safe_stays_under_the_lowest_number_in_flight(order: PublicationOrder) -> None:
    a, b = order.begin("a", 2), order.begin("b", 2)
    assert order.safe() == a.seq - 1
    assert order.commit(b, [], [])
    assert order.safe() == a.seq - 1
    assert order.commit(a, [], [])
    assert order.safe() == b.seq + 1


def test_an_attempt_that_lost_its_batch_publishes_nothing(
    order: PublicationOrder, redis_client: Redis, names: Names
) -> None:
    pubsub = redis_client.pubsub()  # type: ignore[no-untyped-call]
    pubsub.subscribe(names.live("k"))
    zombie, successor = order.begin("a", 1), order.begin("a", 1)
    assert not order.commit(zombie, [(names.live("k"), b"[1]")], [])
    assert order.commit(successor, [(names.live("k"), b"[2]")], [])
    assert [payload for _, _, payload in _received(pubsub)] == [b"[2]"]


def test_rows_of_a_dead_attempt_hold_safe_back_until_its_batch_is_done(order: PublicationOrder) -> None:
    """The dead attempt may have stored rows under its numbers that were never published."""
    dead = order.begin("a", 1)
    other = order.begin("b", 1)
    order.commit(other, [], [])
    again = order.begin("a", 1)
    assert order.safe() == again.safe == dead.seq - 1
    assert order.commit(again, [], [])
    assert order.safe() >= again.seq


def test_a_batch_ends_with_its_commit(order: PublicationOrder, redis_client: Redis, names: Names) -> None:
    claims = ClaimCheck(redis_client, names)
    claims.offer("a", b"x" * 100)
    claims.take("a")
    assert claims.backlog().size_bytes == 100
    assert order.commit(order.begin("a", 1, must_be_open=True), [], [])
    left = set(_keys(redis_client, names)) - {names.seq, names.open_bytes}
    assert (left, claims.backlog().size_bytes) == (set(), 0)


def test_a_batch_that_is_done_is_not_begun_again(order: PublicationOrder, redis_client: Redis, names: Names) -> None:
    ClaimCheck(redis_client, names).offer("a", b"x")
    order.commit(order.begin("a", 1, must_be_open=True), [], [])
    with pytest.raises(BatchDone):
        order.begin("a", 1, must_be_open=True)
    assert redis_client.zcard(names.inflight) == 0


def test_an_orphaned_attempt_does_not_hold_safe_back_for_ever(order: PublicationOrder) -> None:
    orphan = order.begin("done elsewhere", 1)
    assert order.forget_orphans(60) == 0
    assert order.forget_orphans(-1) == 1
    assert order.safe() >= orphan.seq


def test_posts_with_a_tombstone_are_announced_as_deleted_again_after_their_posts(
    order: PublicationOrder, redis_client: Redis, names: Names
) -> None:
    pubsub = redis_client.pubsub()  # type: ignore[no-untyped-call]
    pubsub.subscribe(names.notices, names.live("k"))
    late = order.begin("late", 1)
    order.commit(order.begin("deletion", 1), [], ['x:"1"/2'], tombstones=['x:"1"/2'])
    order.commit(late, [(names.live("k"), b"[...]")], ['x:"1"/2', "x:2"])
    received = _received(pubsub)
    assert [channel for channel, _, _ in received] == [names.notices, names.live("k"), names.notices]
    import msgspec

    assert msgspec.json.decode(received[-1][2]) == {"type": "deleted", "ids": ['x:"1"/2']}


def test_a_script_that_redis_forgot_is_sent_again(order: PublicationOrder, redis_client: Redis) -> None:
    first = order.begin("a", 1)
    redis_client.script_flush()
    assert order.begin("b", 1).seq > first.seq


@pytest.mark.parametrize("seed", range(20))
def test_a_message_with_safe_comes_after_every_publication_up_to_it(
    seed: int, redis_client: Redis, names: Names
) -> None:
    """The invariant, over random interleavings of attempts, zombies and crashes."""
    order, chance = PublicationOrder(redis_client, names), random.Random(seed)
    pubsub = redis_client.pubsub()  # type: ignore[no-untyped-call]
    pubsub.subscribe(names.live("k"))
    running: list[Attempt] = []
    for step in range(60):
        if chance.random() < 0.5 or not running:
            batch = f"b{chance.randrange(8)}"
            running.append(order.begin(batch, chance.randrange(1, 4)))
        else:
            attempt = running.pop(chance.randrange(len(running)))
            if chance.random() < 0.8:
                order.commit(attempt, [(names.live("k"), str(attempt.seq).encode())], [])
        assert step >= 0
    for attempt in running:
        order.commit(attempt, [(names.live("k"), str(attempt.seq).encode())], [])
    published = 0
    received = _received(pubsub)
    for at, (_, safe, _payload) in enumerate(received):
        later = [int(payload) for _, _, payload in received[at + 1 :]]
        assert all(number > safe for number in later)
        published += 1
    assert published


def test_a_huge_batch_is_published_in_bounded_parts_and_ends_with_the_last(
    order: PublicationOrder, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication_order, "PART_BYTES", 100)
    monkeypatch.setattr(publication_order, "PART_MESSAGES", 4)
    pubsub = redis_client.pubsub()  # type: ignore[no-untyped-call]
    pubsub.subscribe(names.live("k"))
    attempt = order.begin("a", 3)
    payloads = [b"[%d]" % n + b" " * (60 if n < 5 else 1) for n in range(12)]
    assert order.commit(attempt, [(names.live("k"), payload) for payload in payloads], [])
    received = _received(pubsub)
    assert [payload for _, _, payload in received] == payloads
    assert [safe < attempt.seq for _, safe, _ in received] == [True] * 12
    assert order.safe() == attempt.seq + 2


def test_no_message_of_a_batch_covers_another_of_the_same_batch(
    order: PublicationOrder, redis_client: Redis, names: Names
) -> None:
    """A listener that loses its connection between the two must read the second again."""
    pubsub = redis_client.pubsub()  # type: ignore[no-untyped-call]
    pubsub.subscribe(names.live("k"), names.live("l"))
    attempt = order.begin("a", 2)
    order.commit(attempt, [(names.live("k"), b"[1]"), (names.live("l"), b"[2]")], [])
    assert [safe < attempt.seq for _, safe, _ in _received(pubsub)] == [True, True]


def test_a_payload_of_many_searches_travels_once(
    order: PublicationOrder, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    commit = order._commit

    def counting(keys: Any, args: Any) -> Any:
        sent.append(sum(map(_size, args)))
        return commit(keys, args)

    monkeypatch.setattr(order, "_commit", counting)
    payload = b"[" + b"x" * 100_000 + b"]"
    order.commit(order.begin("a", 1), [(names.live(f"k{n}"), payload) for n in range(50)], [])
    assert sum(sent) < 2 * len(payload)


def _size(arg: str | bytes | int) -> int:
    return len(arg) if isinstance(arg, str | bytes) else 8


def test_a_commit_that_cannot_publish_leaves_its_batch_open(redis_client: Redis, mute: Redis, names: Names) -> None:
    claims, order = ClaimCheck(redis_client, names), PublicationOrder(mute, names)
    claims.offer("a", b"x" * 100)
    attempt = order.begin("a", 1, must_be_open=True)
    with pytest.raises(BrokerRefused):
        order.commit(attempt, [(names.live("k"), b"[1]")], ["x:1"], tombstones=["x:2"])
    assert claims.backlog().size_bytes == 100
    assert claims.take("a") is not None, "it comes again"
    assert order.safe() < attempt.seq, "nothing with these numbers counts as published"
    assert PublicationOrder(redis_client, names).commit(attempt, [(names.live("k"), b"[1]")], [])
    assert claims.backlog().batches == 0


def test_a_full_redis_lets_a_batch_of_deletions_end(redis_client: Redis, names: Names) -> None:
    """Redis gets room again only by ending batches."""
    claims, order = ClaimCheck(redis_client, names), PublicationOrder(redis_client, names)
    claims.offer("a", b"x")
    attempt = order.begin("a", 1, must_be_open=True)
    redis_client.config_set("maxmemory", 1)
    try:
        with pytest.raises(OutOfMemoryError):
            redis_client.set(f"{names.prefix}:probe", "x")
        assert order.commit(attempt, [], [], tombstones=["x:2"])
    finally:
        redis_client.config_set("maxmemory", 0)
    assert claims.backlog().batches == 0


@pytest.mark.parametrize("broken", ["open", "open_bytes"])
def test_enqueuing_that_failed_in_the_middle_is_completed_the_next_time(
    redis_client: Redis, names: Names, broken: str
) -> None:
    claims = ClaimCheck(redis_client, names)
    leases = Leases(redis_client, names)
    lease = leases.acquire("demo")
    assert lease is not None
    redis_client.set(getattr(names, broken), "neither a number nor a set")
    for enqueue in (lambda: leases.enqueue_fenced(lease, "a", b"x", "7"), lambda: claims.offer("b", b"y")):
        with pytest.raises(BrokerRefused):
            enqueue()
    redis_client.delete(getattr(names, broken))
    leases.enqueue_fenced(lease, "a", b"x", "7")
    claims.offer("b", b"y")
    assert (claims.is_open("a"), claims.is_open("b")) == (True, True)


def test_where_nothing_was_published_safe_is_the_present_and_the_first_number_is_greater(
    order: PublicationOrder,
) -> None:
    first, later = order.safe(), order.safe()
    assert 0 < first <= later
    attempt = order.begin("a", 1)
    assert attempt.seq > later
    assert first <= attempt.safe < attempt.seq
    assert order.safe() == attempt.seq - 1
