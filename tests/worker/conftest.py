"""The worker that these tests share."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from tests.worker.one_worker import Worker


@pytest.fixture
def worker(redis_client: Redis, names: Names) -> Worker:
    return Worker(redis_client, names)
