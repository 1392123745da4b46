"""The memory store keeps the contract."""

from __future__ import annotations

import pytest

from pipeline.store.contract import Store
from pipeline.store.memory import MemoryStore
from tests.store.builders import T0, now_found, post, put
from tests.store.contract import StoreContract


@pytest.fixture
def store() -> Store:
    return MemoryStore()


class TestMemoryStore(StoreContract):
    pass


def test_posts_beyond_retention_are_invisible_at_once() -> None:
    clock = [T0 / 1000 + 86_400]
    store = MemoryStore(retention_days=1, clock=lambda: clock[0])
    put(store, 1, post(0, "cats"), post(1, "cats"), post(2, "cats"))
    assert now_found(store, "cats") == ["x:2", "x:1", "x:0"]
    clock[0] += 1.5
    assert now_found(store, "cats") == ["x:2"]


def test_posts_beyond_retention_are_not_published() -> None:
    store = MemoryStore(retention_days=1, clock=lambda: T0 / 1000 + 86_400 + 1.5)
    assert [entry.post.id for entry in put(store, 1, post(1, "cats"), post(2, "cats")).entries] == ["x:2"]
