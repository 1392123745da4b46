"""Old posts are removed by age and by the size of the store."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.post import Author, Post, Upsert
from pipeline.store.contract import Writes
from tests.upkeep.upkeep_parts import UpkeepParts

pytestmark = pytest.mark.redis


def test_retention_removes_old_posts_and_announces_it(redis_client: Redis, names: Names) -> None:
    parts = UpkeepParts(redis_client, names, RETENTION_DAYS="1")
    parts.upkeep().retention.prune()
    assert parts.received() == []
    old = Post(id="x:1", version=1, source="x", created_at=1_000, received_at=1_000, author=Author("1", "a"))
    parts.store.persist(Writes([Upsert(old)]), 1)
    assert parts.upkeep().retention.prune() == 1
    assert [notice["type"] for notice in parts.received()] == ["pruned"]


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
def test_the_size_limit_of_a_store_depends_on_the_store_and_not_on_redis(
    redis_client: Redis, names: Names, given: dict[str, str], gb: float | None, embedded: bool
) -> None:
    parts = UpkeepParts(redis_client, names, **given)
    limits: list[int | None] = []

    def prune(*, before_ms: int | None, max_bytes: int | None) -> int:
        limits.append(max_bytes)
        return 0

    parts.store.prune = prune  # type: ignore[method-assign]
    parts.upkeep(embedded=embedded).retention.prune()
    assert limits == ([] if gb is None else [int(gb * 1e9)])
