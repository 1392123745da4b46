"""The board that these tests share."""

from __future__ import annotations

import pytest
from redis import Redis

from pipeline.broker.keys import Names
from tests.upkeep.board import Board


@pytest.fixture
def board(redis_client: Redis, names: Names) -> Board:
    return Board(redis_client, names)
