"""The SQLite store keeps the contract, and what only a file can promise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from pipeline.errors import QueryTimeout, RowRefused, StoreError, StoreMismatch, StoreUnavailable
from pipeline.post import AuthorDeletion, Deletion
from pipeline.query.document import Document
from pipeline.settings import Settings
from pipeline.store import migrate, open_store, raw_records, sort_key
from pipeline.store.contract import Persisted, Store, Writes
from pipeline.store.sqlite import SqliteStore, document_columns, schema
from pipeline.store.sqlite.connection import rows, transaction, wait_when_busy
from pipeline.store.sqlite.lifecycle import reach
from pipeline.store.sqlite.lifecycle.retention import used_bytes
from pipeline.store.sqlite.store import now_ms
from tests.store.builders import T0, ids, now_found, post, put, search
from tests.store.contract import StoreContract


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path)
    yield made
    assert_whole(made)
    made.close()


def assert_whole(store: SqliteStore) -> None:
    """The index holds exactly what the documents say; SQLite raises where it does not."""
    store._connection.execute("INSERT INTO fts (fts, rank) VALUES ('integrity-check', 1)")
    assert list(rows(store._connection, "PRAGMA integrity_check")) == [("ok",)]


class TestSqliteStore(StoreContract):
    pass


def test_store_is_there_again_after_closing(tmp_path: Path) -> None:
    first = open_store(Settings(data_dir=tmp_path))
    put(first, 1, post(1, "cats"))
    first.close()
    again = open_store(Settings(data_dir=tmp_path), create=False)
    assert again.identity == first.identity
    assert now_found(again, "cats") == ["x:1"]
    again.close()


def test_missing_store_is_not_made_where_it_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        open_store(Settings(data_dir=tmp_path / "nowhere"), create=False)
    assert not (tmp_path / "nowhere").exists()


def test_what_is_no_database_is_refused_clearly(tmp_path: Path) -> None:
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
        schema.set_meta(store._connection, "schema", schema.SCHEMA_VERSION + 1)
    store.close()
    with pytest.raises(StoreMismatch):
        migrate(Settings(data_dir=tmp_path))


def test_withdrawn_word_leaves_no_trace_in_any_file(tmp_path: Path) -> None:
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


def test_forgotten_account_is_kept_out_for_good_by_a_hash_that_tells_nobody(
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
    assert len(put(store, 4, post(3, "cats", handle="b")).entries) == 1, "the source's word is kept some days"
    assert not _traces(tmp_path, "zitherlepton")
    store.close()


def test_reader_in_the_way_only_delays_the_wiping(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    put(store, 1, post(1, "zyxwvutsecret"))
    with store.reading() as reading:
        assert reading.count(search("*")) == 1
        store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
        store.maintain()
    store.maintain()
    assert _traces(tmp_path, "zyxwvutsecret") == []
    store.close()


def test_raw_record_is_kept_and_goes_with_its_post(store: SqliteStore) -> None:
    put(store, 1, post(1, "cats"), raw=b'{"the": "record"}')
    ((data,),) = rows(store._connection, "SELECT data FROM raws")
    assert raw_records.decompress(data) == b'{"the": "record"}'
    store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
    assert list(rows(store._connection, "SELECT data FROM raws")) == []


def test_a_quote_loses_the_raw_record_that_holds_what_is_withdrawn(store: SqliteStore) -> None:
    put(store, 1, post(1, "cats"), post(2, "so true", quote_of="x:1"), post(3, "dogs"), raw=b"{}")
    store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
    assert now_found(store, "*") == ["x:3", "x:2"]
    assert _raws(store) == ["x:3"]
    put(store, 3, post(4, "so true too", quote_of="x:1"), raw=b"{}")
    assert now_found(store, "*") == ["x:4", "x:3", "x:2"]
    assert _raws(store) == ["x:3"], "a quote that comes later brings it again"


def _raws(store: SqliteStore) -> list[str]:
    joined = "SELECT d.body ->> 'id' FROM raws AS r JOIN docs AS d ON d.place = r.place"
    return [post_id for (post_id,) in rows(store._connection, joined)]


def test_change_of_counts_never_touches_the_index(store: SqliteStore) -> None:
    put(store, 1, post(1, "cats", likes=1))
    before = list(rows(store._connection, "SELECT id, block FROM fts_data"))
    put(store, 2, post(1, "cats", likes=2, version=T0 + 10**6))
    assert list(rows(store._connection, "SELECT id, block FROM fts_data")) == before


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


def test_posts_beyond_retention_are_not_told_to_watchers(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path, retention_days=1)
    old, new = post(1, "cats", created_at=10), post(2, "", created_at=2**42, repost_of="x:1")
    told = put(store, 1, old, new)
    assert [entry.post.id for entry in told.entries] == ["x:2"]
    assert told.inserted == 2, "a fresh repost is searched by its original, however old"
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


def test_search_that_reads_much_in_few_steps_is_stopped(store: SqliteStore) -> None:
    put(store, 1, *(post(number, "alpha zz beta yy " * 400) for number in range(40)))
    wanted = search(f'"{"alpha zz beta beta " * 40}"')
    with store.reading(timeout_s=60) as reading:
        assert reading.count(wanted) == 0
    with store.reading(timeout_s=0.0) as reading, pytest.raises(QueryTimeout, match="stopped after 0 s"):
        reading.count(wanted)


def steps_of(store: SqliteStore, do: Callable[[], object]) -> int:
    """Return how many hundreds of steps SQLite's machine takes in the writer's connection, counted and not timed."""
    steps = 0

    def count() -> bool:
        nonlocal steps
        steps += 1
        return False

    store._connection.set_progress_handler(count, 100)
    do()
    store._connection.set_progress_handler(None)
    return steps


def test_post_of_a_crowded_millisecond_takes_as_many_steps_as_one_alone(store: SqliteStore) -> None:
    for start in range(0, 3_000, 500):
        put(store, 1, *(post(n, "cats", created_at=T0) for n in range(start, start + 500)))
    # Ids are a stranger's choice: some of these share the first 20 bits of their hash with one that is stored.
    begun = {sort_key.digest(f"x:{n}").hex()[:5] for n in range(3_000)}
    alike = (n for n in range(20_000, 10**6) if sort_key.digest(f"x:{n}").hex()[:5] in begun)
    batch = [*islice(alike, 3), *range(10**6, 10**6 + 97)]
    alone = steps_of(store, lambda: put(store, 2, *(post(n + 10**6, "cats") for n in batch)))
    crowded = steps_of(store, lambda: put(store, 3, *(post(n, "cats", created_at=T0) for n in batch)))
    assert crowded <= alone + 10
    assert now_found(store, "cats", until=T0 + 1)[:100] == [f"x:{n}" for n in reversed(batch)]


def test_repost_of_what_many_reposted_takes_as_many_steps_as_any(store: SqliteStore) -> None:
    put(store, 1, post(1, "cats"), post(2, "dogs"))
    for start in range(1_000, 4_000, 500):
        put(store, 2, *(post(n, repost_of="x:1") for n in range(start, start + 500)))
    put(store, 3, *(post(n, repost_of="x:2") for n in range(5_000, 5_300)))
    few = steps_of(store, lambda: put(store, 4, post(2, "dogs edited", version=T0 + 10**8)))
    many = steps_of(store, lambda: put(store, 4, post(1, "cats edited", version=T0 + 10**8)))
    assert many <= few * 1.2
    few = steps_of(store, lambda: store.persist(Writes(deletions=[Deletion("x:2", T0)]), 5))
    many = steps_of(store, lambda: store.persist(Writes(deletions=[Deletion("x:1", T0)]), 5))
    assert many <= few * 1.2


def test_reach_is_reckoned_a_bounded_time_a_round_and_none_waits_for_ever(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "COMPUTING_S", 0.0)
    put(store, 1, *(post(n, "cats", followers=1) for n in range(8)))
    put(store, 2, *(post(n + 10, repost_of=f"x:{n}", handle="ann", followers=100) for n in range(8)))
    reached = []
    for round_ in range(24):
        put(store, 3, post(100 + round_, repost_of="x:3", handle=f"h{round_}", followers=1))  # stale at each round
        store.maintain()
        reached.append(len(list(rows(store._connection, "SELECT 1 FROM posts WHERE reach > 100"))))
    assert reached[0] == 1
    assert reached[-1] == 8


def test_store_of_a_program_that_set_posts_by_their_ids_is_written_on(tmp_path: Path) -> None:
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


def test_huge_numbers_and_ancient_times_are_stored(store: SqliteStore) -> None:
    put(store, 1, post(1, "cats", likes=10**30), post(2, "cats", created_at=-5), post(3, "cats", created_at=2**62))
    assert sorted(now_found(store, "cats")) == ["x:1", "x:2", "x:3"]
    assert now_found(store, "likes:1000000..") == ["x:1"]


def test_post_stored_again_after_pruning_can_be_withdrawn_again(store: SqliteStore) -> None:
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


def test_row_that_sqlite_refuses_is_found_among_many_in_few_transactions(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An integer that SQLite cannot bind, put in behind the plan: none of a post's own numbers gets so far."""
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


def test_store_that_is_broken_condemns_no_post(store: SqliteStore) -> None:
    store._connection.execute("DROP TABLE raws")
    with pytest.raises(StoreError) as caught:
        put(store, 1, post(1, "cats"), post(2, "cats"), raw=b"{}")
    assert not isinstance(caught.value, RowRefused)
