"""Errors of Redis that pass mean "retry"; the others are refusals."""

from __future__ import annotations

from typing import Any

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import BrokerRefused, translate_redis_errors
from pipeline.errors import BrokerUnavailable
from pipeline.queue.claim_check import ClaimCheck

pytestmark = pytest.mark.redis


def test_a_full_redis_is_unavailable_to_commands_scripts_and_pipelines(redis_client: Redis, names: Names) -> None:
    pipe: Any = redis_client.pipeline(transaction=False)
    redis_client.config_set("maxmemory", 1)
    try:
        with pytest.raises(BrokerUnavailable), translate_redis_errors():
            redis_client.set(f"{names.prefix}:probe", "x")
        with pytest.raises(BrokerUnavailable), translate_redis_errors():
            pipe.set(f"{names.prefix}:probe", "x").execute()
        with pytest.raises(BrokerUnavailable):
            ClaimCheck(redis_client, names).offer("a", b"x")
    finally:
        redis_client.config_set("maxmemory", 0)


def test_a_replica_is_unavailable(redis_client: Redis, names: Names) -> None:
    redis_client.replicaof("127.0.0.1", "1")
    try:
        with pytest.raises(BrokerUnavailable), translate_redis_errors():
            redis_client.set(f"{names.prefix}:probe", "x")
    finally:
        redis_client.replicaof("NO", "ONE")


def test_a_key_of_another_kind_is_a_refusal(redis_client: Redis, names: Names) -> None:
    redis_client.set(names.open, "x")
    with pytest.raises(BrokerRefused):
        ClaimCheck(redis_client, names).is_open("a")
