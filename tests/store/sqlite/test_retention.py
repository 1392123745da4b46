"""Retention in SQLite: invisible posts, and pruning by size."""

from __future__ import annotations

from pathlib import Path
from random import Random

from pipeline.store.contract import Store
from pipeline.store.sqlite import SqliteStore
from pipeline.store.sqlite.periodic.retention import used_bytes
from tests.store.builders import T0, now_found, post, put, search


def test_posts_beyond_retention_are_invisible_at_once(tmp_path: Path) -> None:
    writer = SqliteStore(tmp_path)
    put(writer, 1, post(1, "cats", created_at=10), post(2, "cats", created_at=2**42))
    reader: Store = SqliteStore(tmp_path, retention_days=1)
    assert now_found(writer, "cats") == ["x:2", "x:1"]
    for text in ("cats", "*", "cats -dogs", "lang:en", "cats OR likes:1", '"cats"~3'):
        assert now_found(reader, text) == ["x:2"]
        assert now_found(reader, text, sort="likes") == ["x:2"]
    with reader.reading() as reading:
        assert reading.posts(["x:1"]) == {}
        assert reading.count(search("*")) == 1
        assert reading.timeline(search("*")).total == 1
        assert len(list(reading.export(search("cats")))) == 1
        assert len(reading.changes(search("cats"), after=0, removed_after=0, limit=9).bodies) == 1
        assert reading.top(search("*"), "langs", limit=9).counted == 1
    reader.close()
    writer.close()


def test_posts_beyond_retention_are_not_published(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, retention_days=1)
    old, new = post(1, "cats", created_at=10), post(2, "", created_at=2**42, repost_of="x:1")
    done = put(store, 1, old, new)
    assert [entry.post.id for entry in done.entries] == ["x:2"]
    assert done.inserted == 2, "a fresh repost is searched by its original, however old the original is"
    assert now_found(store, "cats") == ["x:2"]
    assert put(store, 2, post(1, "dogs", created_at=10, version=T0 + 10**6)).entries[0].post.id == "x:2"
    assert now_found(store, "dogs") == ["x:2"]
    store.close()


def test_pruning_by_size_takes_no_more_than_it_must(store: SqliteStore) -> None:
    rng = Random(3)
    words = ["".join(rng.choices("abcdefghij", k=6)) for _ in range(3_000)]
    for batch in range(40):
        put(store, batch + 1, *(post(batch * 100 + n, " ".join(rng.choices(words, k=40))) for n in range(100)))
    store.prune(before_ms=None, max_bytes=used_bytes(store._connection) // 2)
    assert 1_600 < store.indexed() < 2_400
