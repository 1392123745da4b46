"""One process at a time does a duty, another takes over when that ends, and a failing duty does not stop the others."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from redis import Redis

from pipeline.assembly import Process, build_upkeep
from pipeline.broker.keys import Names
from pipeline.decks.deck_notice import deck_notice
from pipeline.decks.deck_shelf import DeckShelf
from pipeline.decks.document import deck_from
from pipeline.decks.pins import PinChange
from pipeline.post import Author, Deletion, Post, Upsert
from pipeline.queue.task_queue import TaskQueue
from pipeline.settings import load
from pipeline.store.contract import Writes
from pipeline.store.memory import MemoryStore
from pipeline.store.sqlite.schema import FILE
from pipeline.store.top_values.background import MIN_POSTS
from pipeline.upkeep.periodic_duties import Upkeep
from tests.upkeep.upkeep_parts import UpkeepParts

pytestmark = pytest.mark.redis


def _worded(number: int) -> Post:
    return Post(
        id=f"x:{number}",
        version=1,
        created_at=1_700_000_000_000,
        received_at=1_700_000_000_000,
        source="x",
        lang="en",
        langs=["en"],
        text="murmurations",
        author=Author("1", "a"),
    )


def _same(store: MemoryStore) -> MemoryStore:
    return store


def test_the_identity_of_the_store_is_published(parts: UpkeepParts, redis_client: Redis, names: Names) -> None:
    parts.upkeep().housekeep()
    assert redis_client.get(names.store) == parts.store.identity.encode()


def test_a_duty_that_fails_does_not_stop_the_others(
    parts: UpkeepParts, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Upkeep, "publish_identity", lambda _: 1 / 0)
    parts.registry.register({"k": "cats"})
    redis_client.zadd(names.searches_lease, {"k": 1})
    parts.upkeep().housekeep()
    assert parts.registry.count() == 0


def test_words_are_counted_together_whichever_thread_keeps_the_store(valkey: str, names: Names, tmp_path: Path) -> None:
    process = Process(load({"REDIS_URL": valkey, "REDIS_PREFIX": names.prefix, "DATA_DIR": str(tmp_path)}), "upkeep")
    upkeep = build_upkeep(process, TaskQueue(), visibility_s=60.0)
    for number in range(MIN_POSTS):
        one = _worded(number)
        process.store().persist(Writes([Upsert(one)]), number + 1)
        thread = threading.Thread(target=upkeep.maintain_store)
        thread.start()
        thread.join()
    with closing(sqlite3.connect(tmp_path / FILE)) as store:
        assert store.execute("SELECT sum(posts) FROM background WHERE word = 'murmurations'").fetchone() == (MIN_POSTS,)
    process.counters.stop()


def test_the_store_is_maintained_by_one_process_until_that_ends(
    parts: UpkeepParts, redis_client: Redis, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    one, other = parts.upkeep(), parts.upkeep()

    def store_of(name: str) -> MemoryStore:
        store = MemoryStore()
        monkeypatch.setattr(store, "maintain", lambda: kept.append(name))
        return store

    for upkeep, store in ((one, store_of("one")), (other, store_of("other"))):
        upkeep._kept_store = partial(_same, store)
    for upkeep in (one, other, other, one):
        upkeep.maintain_store()
    redis_client.delete(names.duty("keeper"))
    other.maintain_store()
    assert kept == ["one", "one", "other"]


def test_a_pin_says_when_its_post_was_deleted_and_followers_are_told(parts: UpkeepParts, names: Names) -> None:
    shelf = DeckShelf(parts.store)
    parts.store.persist(Writes([Upsert(_worded(1)), Upsert(_worded(2))]), 1)
    shelf.save("harbour", deck_from({"version": 1, "columns": [{"id": "a", "query": "*"}]}), None)
    for number in (1, 2):
        shelf.change_pin("harbour", f"x:{number}", PinChange(note="call"))
    with closing(parts.redis.pubsub()) as heard:  # type: ignore[no-untyped-call]  # redis has no types for it
        heard.subscribe(names.notices)
        assert heard.get_message(timeout=5)
        upkeep = parts.upkeep()
        upkeep.note_gone_pins()
        parts.store.persist(Writes(deletions=[Deletion("x:1", 2_000)]), 2)
        upkeep.note_gone_pins()
        upkeep.note_gone_pins()
        parts.order.announce(b'{"type":"end"}')
        notices = []
        while b'{"type":"end"}' not in notices:
            notices.append(heard.get_message(timeout=5)["data"].split(b"\n")[1])
    assert notices[:-1] == [deck_notice("harbour", 1, "pins")]
    pins = shelf.get("harbour").pins
    assert (pins["x:1"].gone_at is not None, pins["x:1"].note, pins["x:2"].gone_at) == (True, "call", None)
