"""The claim check on a real Valkey: only the holder's batches and cursor are accepted, and nothing by half."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.errors import LeaseLost
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.poison_records import PoisonProgress

pytestmark = pytest.mark.redis


@pytest.fixture
def claims(redis_client: Redis, names: Names) -> ClaimCheck:
    return ClaimCheck(redis_client, names)


def test_one_reader_of_two_gets_the_lease(claims: ClaimCheck) -> None:
    assert claims.acquire("demo") is not None
    assert claims.acquire("demo") is None
    assert claims.acquire("bluesky") is not None


def test_a_batch_its_place_and_the_cursor_come_together(claims: ClaimCheck, redis_client: Redis, names: Names) -> None:
    lease = claims.acquire("demo")
    assert lease is not None
    backlog = claims.hand_over(lease, "b1", b"raw", "c1")
    assert (backlog.batches, backlog.size_bytes) == (1, 3)
    assert redis_client.get(names.cursor("demo")) == b"c1"
    claim = claims.take("b1")
    assert claim is not None
    assert (claim.data, claim.attempts) == (b"raw", 1)


def test_a_reader_that_lost_its_lease_hands_nothing_over(claims: ClaimCheck, redis_client: Redis, names: Names) -> None:
    paused = claims.acquire("demo")
    assert paused is not None
    claims.hand_over(paused, "b1", b"raw", "c1")
    redis_client.delete(names.reader("demo"))  # what its end does
    other = claims.acquire("demo")
    assert other is not None
    assert other.cursor == "c1"
    with pytest.raises(LeaseLost):
        claims.hand_over(paused, "b2", b"late", "c2")
    with pytest.raises(LeaseLost):
        claims.renew(paused)
    assert claims.take("b2") is None
    assert redis_client.get(names.cursor("demo")) == b"c1"
    claims.release(paused)
    assert claims.is_read("demo")


def test_a_reader_whose_successor_has_come_and_gone_hands_nothing_over(
    claims: ClaimCheck, redis_client: Redis, names: Names
) -> None:
    paused = claims.acquire("demo")
    assert paused is not None
    redis_client.delete(names.reader("demo"))
    other = claims.acquire("demo")
    assert other is not None
    claims.hand_over(other, "b1", b"raw", "c1")
    claims.release(other)
    with pytest.raises(LeaseLost):
        claims.hand_over(paused, "b2", b"late", "c0")


def test_a_lease_lost_with_the_brokers_tail_goes_on_where_nobody_else_read(
    claims: ClaimCheck, redis_client: Redis, names: Names
) -> None:
    lease = claims.acquire("x")
    assert lease is not None
    redis_client.delete(names.reader("x"))
    assert claims.hand_over(lease, "b1", b"raw", None).batches == 1
    assert claims.is_read("x")


def test_handing_a_batch_over_twice_counts_it_once(claims: ClaimCheck) -> None:
    lease = claims.acquire("demo")
    assert lease is not None
    claims.hand_over(lease, "b1", b"raw", None)
    assert claims.hand_over(lease, "b1", b"raw", None).size_bytes == 3


def test_the_high_water_mark_stays_under_half_of_what_redis_has(redis_client: Redis, claims: ClaimCheck) -> None:
    redis_client.config_set("maxmemory", 30_000_000)
    try:
        assert claims.high_water_bytes(0) < 15_000_000
        assert claims.high_water_bytes(1) == 1024 * 1024
    finally:
        redis_client.config_set("maxmemory", 0)
    assert claims.high_water_bytes(0) == 64 * 1024 * 1024


def test_attempts_are_counted_and_an_outage_is_forgiven(claims: ClaimCheck) -> None:
    claims.offer("b1", b"raw")
    for attempts in (1, 2):
        claim = claims.take("b1")
        assert claim is not None
        assert claim.attempts == attempts
    claims.forgive("b1")
    sift = PoisonProgress([(7, 8), (8, 9)], {1: "no", 3: "never"}, (7, 8), 2)
    claims.note("b1", sift)
    claim = claims.take("b1")
    assert claim is not None
    assert (claim.attempts, claim.sift) == (2, sift)


def test_a_lost_message_is_found_once_a_time(claims: ClaimCheck) -> None:
    claims.offer("b1", b"raw")
    assert claims.stale(60_000) == []
    assert claims.stale(-1_000) == ["b1"]
    assert claims.stale(60_000) == []


def test_bytes_that_drifted_are_put_right_when_nothing_is_open(
    claims: ClaimCheck, redis_client: Redis, names: Names
) -> None:
    redis_client.set(names.open_bytes, 12345)
    claims.stale(60_000)
    assert claims.backlog().size_bytes == 0
