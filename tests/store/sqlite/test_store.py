"""The SQLite store keeps the contract; opening it, sharing its file, and what SQLite refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import RowRefused, StoreError, StoreUnavailable
from pipeline.query.document import Document
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.contract import Persisted, Writes
from pipeline.store.sqlite import SqliteStore, document_columns, schema
from pipeline.store.sqlite.connection import rows, transaction, wait_when_busy
from tests.store.builders import now_found, post, put
from tests.store.contract import StoreContract


class TestSqliteStore(StoreContract):
    pass


def test_store_is_opened_again_after_closing(tmp_path: Path) -> None:
    first = open_store(Settings(data_dir=tmp_path))
    put(first, 1, post(1, "cats"))
    first.close()
    again = open_store(Settings(data_dir=tmp_path), create=False)
    assert again.identity == first.identity
    assert now_found(again, "cats") == ["x:1"]
    again.close()


def test_missing_store_is_not_created_without_create(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        open_store(Settings(data_dir=tmp_path / "nowhere"), create=False)
    assert not (tmp_path / "nowhere").exists()


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / schema.FILE).write_bytes(b"this is no database at all, but it is long enough to look" * 99)
    with pytest.raises(StoreError, match="no database"):
        open_store(Settings(data_dir=tmp_path))


def test_full_disk_refuses_and_later_accepts(store: SqliteStore) -> None:
    put(store, 1, post(1, "cats"))
    ((pages,),) = rows(store._connection, "PRAGMA page_count")
    list(rows(store._connection, f"PRAGMA max_page_count = {pages + 2}"))
    with pytest.raises(StoreUnavailable):
        put(store, 2, *(post(number, "dogs " * 50) for number in range(2, 200)), raw=b"r" * 4_000)
    assert now_found(store, "*") == ["x:1"]
    list(rows(store._connection, "PRAGMA max_page_count = 1000000"))
    assert put(store, 3, *(post(number, "dogs") for number in range(2, 200))).inserted == 198


def test_lock_held_too_long_is_an_outage(store: SqliteStore, tmp_path: Path) -> None:
    other = SqliteStore(tmp_path)
    wait_when_busy(other._connection, 20)
    with transaction(store._connection), pytest.raises(StoreUnavailable):
        put(other, 1, post(1, "cats"))
    assert put(other, 2, post(1, "cats")).inserted == 1
    other.close()


def test_huge_numbers_and_ancient_times_are_stored(store: SqliteStore) -> None:
    put(store, 1, post(1, "cats", likes=10**30), post(2, "cats", created_at=-5), post(3, "cats", created_at=2**62))
    assert sorted(now_found(store, "cats")) == ["x:1", "x:2", "x:3"]
    assert now_found(store, "likes:1000000..") == ["x:1"]


def test_row_that_sqlite_refuses_is_found_among_many_in_few_transactions(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test patches in an integer that SQLite cannot bind, because a post's own numbers are clamped before."""
    tries: list[int] = []
    numbers = document_columns.numbers
    persist = store._persist

    def overflowing(document: Document) -> tuple[int | None, ...]:
        found = numbers(document)
        return (2**70, *found[1:]) if document.id in ("x:77", "x:400") else tuple(found)

    def counting(writes: Writes, seq: int) -> Persisted:
        tries.append(len(writes.upserts))
        return persist(writes, seq)

    monkeypatch.setattr(document_columns, "numbers", overflowing)
    monkeypatch.setattr(store, "_persist", counting)
    done = put(store, 1, *(post(number, "cats") for number in range(500)))
    assert sorted(done.refused) == ["x:400", "x:77"]
    assert "cannot hold it" in done.refused["x:77"]
    assert len(now_found(store, "cats")) == len(done.entries) == 498
    assert len(tries) < 45


def test_broken_store_refuses_no_post_for_good(store: SqliteStore) -> None:
    store._connection.execute("DROP TABLE raws")
    with pytest.raises(StoreError) as caught:
        put(store, 1, post(1, "cats"), post(2, "cats"), raw=b"{}")
    assert not isinstance(caught.value, RowRefused)


def test_background_of_another_rule_of_words_is_dropped(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    put(store, 1, *(post(number, "kittens everywhere") for number in range(1, 9)))
    store.maintain()
    counted = "SELECT count(*), (SELECT total(posts) FROM background_hours) FROM background"
    before = list(store._connection.execute(counted))
    store._connection.execute("UPDATE meta SET value = 0 WHERE key = 'words'")
    store.close()
    again = SqliteStore(tmp_path)
    again.maintain()
    assert before == [(2, 8)]
    assert list(again._connection.execute(counted)) == [(0, 0)]
    again.close()
