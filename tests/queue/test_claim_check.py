"""The claim check on a real Valkey: attempts are counted, lost messages found, and the backlog is bounded."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.poison_records import PoisonProgress

pytestmark = pytest.mark.redis


@pytest.fixture
def claims(redis_client: Redis, names: Names) -> ClaimCheck:
    return ClaimCheck(redis_client, names)


def test_the_high_water_mark_stays_under_half_of_the_memory_of_redis(redis_client: Redis, claims: ClaimCheck) -> None:
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
    progress = PoisonProgress([(7, 8), (8, 9)], {1: "no", 3: "never"}, (7, 8), 2)
    claims.save_progress("b1", progress)
    claim = claims.take("b1")
    assert claim is not None
    assert (claim.attempts, claim.progress) == (2, progress)


def test_a_lost_message_is_found_once_per_period(claims: ClaimCheck) -> None:
    claims.offer("b1", b"raw")
    assert claims.stale(60_000) == []
    assert claims.stale(-1_000) == ["b1"]
    assert claims.stale(60_000) == []


def test_a_wrong_count_of_open_bytes_is_reset_when_no_batch_is_open(
    claims: ClaimCheck, redis_client: Redis, names: Names
) -> None:
    redis_client.set(names.open_bytes, 12345)
    claims.stale(60_000)
    assert claims.backlog().size_bytes == 0
