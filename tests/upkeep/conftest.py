"""The parts that these tests share."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from tests.upkeep.upkeep_parts import UpkeepParts


@pytest.fixture
def parts(redis_client: Redis, names: Names) -> UpkeepParts:
    return UpkeepParts(redis_client, names)
