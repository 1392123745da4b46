"""Ids that deletions name: each means one status or none, in whatever order they come, within bounds."""

from __future__ import annotations

import pytest

from pipeline.sources.mastodon import status_memory as module
from pipeline.sources.mastodon.status_memory import EARLY_DELETE_S, StatusMemory


def _uri(number: int, host: str = "far.example") -> str:
    return f"https://{host}/users/ann/statuses/{number}"


def test_deletion_means_the_status_that_had_its_id() -> None:
    memory = StatusMemory("home.example")
    memory.remember("1", _uri(7001))
    assert memory.deleted("1") == _uri(7001)
    assert memory.deleted("1") is None


def test_own_status_is_named_by_its_id_alone_and_one_of_another_make_is_not() -> None:
    memory = StatusMemory("home.example")
    memory.remember("1", _uri(1, "home.example"))
    memory.remember("A5k", "https://home.example/objects/61b2")
    assert memory.deleted("1") is None
    assert memory.deleted("A5k") == "https://home.example/objects/61b2"


def test_id_of_two_statuses_names_neither() -> None:
    memory = StatusMemory()
    memory.remember("1", _uri(1, "one.example"))
    memory.remember("1", _uri(1, "two.example"))
    assert memory.deleted("1") is None
    assert not memory.is_deleted("1")


def test_early_deletion_is_remembered_for_a_while() -> None:
    now = [0.0]
    memory = StatusMemory("home.example", lambda: now[0])
    memory.deleted("1")
    assert memory.is_deleted("1")
    now[0] = EARLY_DELETE_S + 1
    assert not memory.is_deleted("1")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STATUS_CACHE_SIZE", 10)
    monkeypatch.setattr(module, "EARLY_DELETES_MAX", 10)
    memory = StatusMemory("home.example")
    for number in range(50):
        memory.remember(str(number), _uri(number))
    assert [memory.deleted(str(number)) is not None for number in range(50)].count(True) == 10
    assert [memory.is_deleted(str(number)) for number in range(50)].count(True) == 10
