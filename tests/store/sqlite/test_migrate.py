"""Migration of a SQLite store: indexing again, and stores of other versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import StoreMismatch
from pipeline.post import Deletion
from pipeline.settings import Settings
from pipeline.store import migrate, open_store, sort_key
from pipeline.store.contract import Writes
from pipeline.store.sqlite import SqliteStore, schema
from pipeline.store.sqlite.connection import transaction
from tests.store.builders import T0, ids, now_found, post, put, search
from tests.store.sqlite.integrity import assert_whole


def test_store_of_another_analyser_is_indexed_again_by_migrate_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    store = SqliteStore(tmp_path)
    put(store, 1, post(1, "lovely cats"), post(2, repost_of="x:1"), post(3, "dogs", likes=4))
    with transaction(store._connection):
        schema.set_meta(store._connection, "analyser", "0/older")
        store._connection.execute("INSERT INTO fts (fts) VALUES ('delete-all')")
        store._connection.execute("UPDATE docs SET words = 'otherwise'")
        store._connection.execute("INSERT INTO fts (fts) VALUES ('rebuild')")
    store.close()
    with pytest.raises(StoreMismatch, match="murmur migrate"):
        open_store(settings)
    migrate(settings)
    migrated = SqliteStore(tmp_path)
    assert now_found(migrated, "cats") == ["x:2", "x:1"]
    assert now_found(migrated, "otherwise") == []
    assert now_found(migrated, "dogs likes:4") == ["x:3"]
    assert_whole(migrated)
    migrated.close()


def test_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    with transaction(store._connection):
        schema.set_meta(store._connection, "schema", schema.SQLITE_SCHEMA_VERSION + 1)
    store.close()
    with pytest.raises(StoreMismatch):
        migrate(Settings(data_dir=tmp_path))


def test_store_with_sort_keys_of_an_earlier_program_can_be_written(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path)
    put(first, 1, *(post(n, "cats", created_at=T0) for n in range(5)))
    low = sort_key.floor(T0)
    moved_to = (800_000, 17, 1_048_575, 400_000, 999_999)
    with transaction(first._connection):
        first._connection.execute("INSERT INTO fts (fts) VALUES ('delete-all')")
        for table in ("posts", "docs"):
            for number, tie in enumerate(moved_to):
                sql = f"UPDATE {table} SET place = ? WHERE place = ?"  # noqa: S608 - our own table names
                first._connection.execute(sql, (low + tie + (1 << 40), low + number))
            first._connection.execute(f"UPDATE {table} SET place = place - ?", (1 << 40,))  # noqa: S608
        first._connection.execute("INSERT INTO fts (fts) VALUES ('rebuild')")
    first.close()
    again = SqliteStore(tmp_path)
    old = ["x:2", "x:4", "x:0", "x:3", "x:1"]
    assert now_found(again, "cats") == old
    put(again, 2, post(3, "dogs edited", version=T0 + 10**7, created_at=T0), post(10, "cats", created_at=T0))
    put(again, 3, *(post(n, "cats", created_at=T0) for n in range(11, 40)))
    with again.reading() as reading:
        assert reading.count(search("cats OR dogs")) == 35
        pages, before = list[str](), None
        while True:
            page = reading.search(search("cats OR dogs"), limit=4, before=before)
            pages += ids(page.bodies)
            if (before := page.next) is None:
                break
    assert sorted(pages) == sorted({*old, *(f"x:{n}" for n in range(10, 40))})
    again.persist(Writes(deletions=[Deletion(f"x:{n}", T0) for n in range(10, 40)]), 4)
    assert now_found(again, "*") == old
    assert_whole(again)
    again.close()


def test_a_store_of_an_earlier_program_gets_its_missing_tables_when_it_is_opened(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    put(store, 1, post(1, "cats"))
    for table in ("decks", "aliases"):
        store._connection.execute(f"DROP TABLE {table}")
    store.close()
    again = SqliteStore(tmp_path, create=False)
    assert list(again.deck_records().all("columns")) == []
    assert again.deck_records().put("harbour", "columns", b"{}", None)
    assert now_found(again, "cats") == ["x:1"]
    again.close()
