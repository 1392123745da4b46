"""Deletion in SQLite: no trace of a deleted post remains in any file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.clock import now_ms
from pipeline.post import AuthorDeletion, Deletion
from pipeline.store import raw_record_compression
from pipeline.store.contract import Writes
from pipeline.store.sqlite import SqliteStore
from pipeline.store.sqlite.connection import rows
from tests.store.builders import T0, now_found, post, put, search
from tests.store.sqlite.integrity import assert_whole


def test_deleted_word_leaves_no_trace_in_any_file(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    secret = "zyxwvutsecret"
    for batch in range(5):
        put(store, batch + 1, *(post(batch * 100 + n, "many other words here") for n in range(100)), raw=b"{}")
    put(store, 9, post(900, f"a {secret} word", bio=f"bio {secret}"), raw=f'{{"text":"{secret}"}}'.encode())
    put(store, 10, post(901, repost_of="x:900"), *(post(n, f"after {n}") for n in range(1_000, 1_200)))
    put(store, 11, post(900, f"a {secret} word edited", version=T0 + 10**7))
    assert _traces(tmp_path, secret)
    store.persist(Writes(deletions=[Deletion("x:900", T0)]), 12)
    store.maintain()
    assert _traces(tmp_path, secret) == []
    assert _traces(tmp_path, secret[:3] + " ") == []
    assert_whole(store)
    store.close()


def _traces(directory: Path, word: str) -> list[str]:
    return [path.name for path in directory.iterdir() if word.encode() in path.read_bytes()]


def test_forgotten_account_is_kept_out_for_good_by_a_salted_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path)
    put(store, 1, post(1, "cats", handle="zitherlepton"))
    gone = [
        AuthorDeletion("x", f"id-{name}", 2**53 - 1, forgotten=name == "zitherlepton") for name in ("zitherlepton", "b")
    ]
    store.persist(Writes(author_deletions=gone), 2)
    later = now_ms() + 9 * 86_400_000
    monkeypatch.setattr("pipeline.store.sqlite.store.now_ms", lambda: later)
    store.maintain()
    assert put(store, 3, post(2, "cats", handle="zitherlepton")).entries == []
    assert len(put(store, 4, post(3, "cats", handle="b")).entries) == 1, "other tombstones expire after some days"
    assert not _traces(tmp_path, "zitherlepton")
    store.close()


def test_open_reading_only_delays_wiping_the_log(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    put(store, 1, post(1, "zyxwvutsecret"))
    with store.reading() as reading:
        assert reading.count(search("*")) == 1
        store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
        store.maintain()
    store.maintain()
    assert _traces(tmp_path, "zyxwvutsecret") == []
    store.close()


def test_raw_record_is_stored_and_deleted_with_its_post(store: SqliteStore) -> None:
    put(store, 1, post(1, "cats"), raw=b'{"the": "record"}')
    ((data,),) = rows(store._connection, "SELECT data FROM raws")
    assert raw_record_compression.decompress(data) == b'{"the": "record"}'
    store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
    assert list(rows(store._connection, "SELECT data FROM raws")) == []


def test_quote_of_a_deleted_post_loses_its_raw_record(store: SqliteStore) -> None:
    put(store, 1, post(1, "cats"), post(2, "so true", quote_of="x:1"), post(3, "dogs"), raw=b"{}")
    store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
    assert now_found(store, "*") == ["x:3", "x:2"]
    assert _ids_with_raw_record(store) == ["x:3"]
    put(store, 3, post(4, "so true too", quote_of="x:1"), raw=b"{}")
    assert now_found(store, "*") == ["x:4", "x:3", "x:2"]
    assert _ids_with_raw_record(store) == ["x:3"], "the raw record of a later quote is not stored"


def _ids_with_raw_record(store: SqliteStore) -> list[str]:
    joined = "SELECT d.body ->> 'id' FROM raws AS r JOIN docs AS d ON d.place = r.place"
    return [post_id for (post_id,) in rows(store._connection, joined)]


def test_post_stored_again_after_pruning_can_be_deleted(store: SqliteStore) -> None:
    old = [post(number, f"cats number{number}") for number in range(60)]
    put(store, 1, *old)
    put(store, 2, post(9_999, "newest"))
    for round_ in range(12):
        assert store.prune(before_ms=T0 + 10**6, max_bytes=None) == 60
        for start in range(0, 60, 6):
            again = [post(number, f"cats again{round_}") for number in range(start, start + 6)]
            put(store, 10 + round_, *again)
        edited = [post(number, f"dogs edited{round_}", version=T0 + 10**9 + round_) for number in range(0, 60, 2)]
        put(store, 10 + round_, *edited)
        assert len(now_found(store, f"edited{round_}")) == 30
        assert len(now_found(store, "cats")) == 30
        assert_whole(store)
    store.persist(Writes(deletions=[Deletion(f"x:{number}", T0) for number in range(60)]), 99)
    assert now_found(store, "*") == ["x:9999"]
    assert now_found(store, "cats OR dogs") == []
