"""The memory store keeps the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.post import AccountChange
from pipeline.store.contract import Store, Writes
from pipeline.store.memory import MemoryStore
from pipeline.store.memory.plan_lookups import MemoryPlanLookups
from tests.store.builders import T0, now_found, post, put, search
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


def test_accounts_without_posts_are_looked_up_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks name thousands of accounts of which nothing is stored."""
    asked: list[str] = []
    for name in ("with_posts", "with_withheld", "by_author", "by_former_name", "withheld_of"):
        kept = getattr(MemoryPlanLookups, name)
        monkeypatch.setattr(MemoryPlanLookups, name, _noted(kept, name, asked))
    store = MemoryStore()
    put(store, 1, post(1, "cats", handle="ann"))
    asked.clear()
    strangers = [
        change
        for number in range(50)
        for change in (
            AccountChange("x", f"off{number}", T0 + 60_000, hidden=True),
            AccountChange("x", f"back{number}", T0 + 60_000, hidden=False),
            AccountChange("x", f"named{number}", T0 + 60_000, handle="new"),
        )
    ]
    store.persist(Writes((), account_changes=[*strangers, AccountChange("x", "id-ann", T0 + 60_000, handle="anna")]), 2)
    assert asked == ["with_posts", "with_withheld", "by_former_name", "by_author"], "by_former_name asks the last one"
    with store.reading() as reading:
        assert b'"handle":"anna"' in next(iter(reading.export(search("*"))))


def _noted(lookup: Callable[..., Any], name: str, asked: list[str]) -> Callable[..., Any]:
    def call(*arguments: Any, **more: Any) -> Any:
        asked.append(name)
        return lookup(*arguments, **more)

    return call
