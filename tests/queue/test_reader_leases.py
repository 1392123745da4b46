"""Leases on a real Valkey: only the holder's batches and cursor are accepted, and nothing by half."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.errors import LeaseLost
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.reader_leases import Leases

pytestmark = pytest.mark.redis


@pytest.fixture
def claims(redis_client: Redis, names: Names) -> ClaimCheck:
    return ClaimCheck(redis_client, names)


@pytest.fixture
def leases(redis_client: Redis, names: Names) -> Leases:
    return Leases(redis_client, names)


def test_one_reader_of_two_gets_the_lease(leases: Leases) -> None:
    assert leases.acquire("demo") is not None
    assert leases.acquire("demo") is None
    assert leases.acquire("bluesky") is not None


def test_a_batch_its_opening_and_the_cursor_come_together(
    leases: Leases, claims: ClaimCheck, redis_client: Redis, names: Names
) -> None:
    lease = leases.acquire("demo")
    assert lease is not None
    backlog = leases.enqueue_fenced(lease, "b1", b"raw", "c1")
    assert (backlog.batches, backlog.size_bytes) == (1, 3)
    assert redis_client.get(names.cursor("demo")) == b"c1"
    claim = claims.take("b1")
    assert claim is not None
    assert (claim.data, claim.attempts) == (b"raw", 1)


def test_a_reader_that_lost_its_lease_enqueues_nothing(
    leases: Leases, claims: ClaimCheck, redis_client: Redis, names: Names
) -> None:
    paused = leases.acquire("demo")
    assert paused is not None
    leases.enqueue_fenced(paused, "b1", b"raw", "c1")
    redis_client.delete(names.reader("demo"))  # as if the lease had expired
    other = leases.acquire("demo")
    assert other is not None
    assert other.cursor == "c1"
    with pytest.raises(LeaseLost):
        leases.enqueue_fenced(paused, "b2", b"late", "c2")
    with pytest.raises(LeaseLost):
        leases.renew(paused)
    assert claims.take("b2") is None
    assert redis_client.get(names.cursor("demo")) == b"c1"
    leases.release(paused)
    assert leases.is_held("demo")


def test_a_reader_whose_successor_has_ended_enqueues_nothing(leases: Leases, redis_client: Redis, names: Names) -> None:
    paused = leases.acquire("demo")
    assert paused is not None
    redis_client.delete(names.reader("demo"))
    other = leases.acquire("demo")
    assert other is not None
    leases.enqueue_fenced(other, "b1", b"raw", "c1")
    leases.release(other)
    with pytest.raises(LeaseLost):
        leases.enqueue_fenced(paused, "b2", b"late", "c0")


def test_a_lease_lost_with_the_brokers_last_writes_goes_on_if_no_other_reader_read(
    leases: Leases, redis_client: Redis, names: Names
) -> None:
    lease = leases.acquire("x")
    assert lease is not None
    redis_client.delete(names.reader("x"))
    assert leases.enqueue_fenced(lease, "b1", b"raw", None).batches == 1
    assert leases.is_held("x")


def test_enqueuing_a_batch_twice_counts_it_once(leases: Leases) -> None:
    lease = leases.acquire("demo")
    assert lease is not None
    leases.enqueue_fenced(lease, "b1", b"raw", None)
    assert leases.enqueue_fenced(lease, "b1", b"raw", None).size_bytes == 3
