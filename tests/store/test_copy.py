"""Copying a store: the copy, and the copy of the copy, behave as the first store does, also after interrupted runs."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pipeline.decks.deck_shelf import DeckShelf
from pipeline.decks.document import deck_from
from pipeline.decks.pins import PinChange
from pipeline.post import AccountChange, AuthorDeletion, Deletion, Upsert
from pipeline.store.contract import CoverageRow, ExportRow, Store, Writes
from pipeline.store.copy.compare import compare
from pipeline.store.copy.copier import CopyNote, copy_obstacle, copy_store, posts_copied_before
from pipeline.store.memory import MemoryStore
from pipeline.store.sqlite import SqliteStore
from tests.store.builders import T0, now_found, post, put
from tests.store.elastic.stores import borrowed_store
from tests.store.sqlite.integrity import assert_whole
from tests.store.test_twins import contents

Opened = Callable[[], AbstractContextManager[Store]]


@pytest.fixture(
    params=[
        "memory",
        "sqlite",
        pytest.param("elasticsearch_7", marks=pytest.mark.elasticsearch),
        pytest.param("elasticsearch_9", marks=pytest.mark.elasticsearch),
    ]
)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    """Function that opens a new store of each kind."""
    kind, made = request.param, iter(range(99))

    @contextmanager
    def sqlite() -> Iterator[Store]:
        store = SqliteStore(tmp_path / str(next(made)))
        yield store
        assert_whole(store)
        store.close()

    @contextmanager
    def memory() -> Iterator[Store]:
        yield MemoryStore()

    if kind in ("memory", "sqlite"):
        return memory if kind == "memory" else sqlite
    url = request.getfixturevalue(kind)
    return lambda: borrowed_store(url)


@pytest.fixture
def filled() -> MemoryStore:
    """Store in which everything has happened that can happen to posts."""
    store = MemoryStore()
    fill(store)
    return store


def fill(store: Store) -> None:
    same = T0 + 5_000
    put(store, 1, post(1, "cats", followers=10, likes=3), post(2, "cats <b>&amp; üñí", lang="de"), raw=b'{"raw":"1"}')
    put(store, 2, *(post(n, "at once", created_at=same) for n in range(20, 60)), raw=b'{"raw":"2"}')
    put(store, 3, post(3, repost_of="x:1", handle="ann", followers=70), post(4, "so true", quote_of="x:2"), raw=b"{}")
    # An original that is younger than its repost comes later in the order of sort keys.
    put(store, 4, post(5, repost_of="x:90", handle="eve", followers=7), post(90, "late dogs", handle="zoe"))
    put(store, 5, post(1, "dogs now", likes=4, version=T0 + 10**6))  # touches the repost x:3
    put(store, 6, post(2, "cats <b>&amp; üñí", lang="de", likes=9, version=T0 + 10**7))
    put(store, 7, post(6, "of last month", created_at=T0 - 40 * 86_400_000), post(7, "to go"), raw=b'{"raw":7}')
    put(store, 8, post(8, "by gone", handle="gone"), post(9, "by forgotten", handle="forgotten"))
    store.persist(Writes(deletions=[Deletion("x:7", T0), Deletion("x:77", T0)]), 9)
    store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-gone", T0 + 10**8)]), 10)
    store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-forgotten", T0 + 10**8, forgotten=True)]), 11)
    for since, why in ((T0, ""), (T0 + 9_000, "broken off"), (T0 + 12_000, "")):
        store.add_coverage(CoverageRow("x", since, None, "cats", why))
    store.add_coverage(CoverageRow("bluesky", T0, T0 + 5_000, "", "the cursor was too old"))
    decks = DeckShelf(store)
    for name in ("harbour", "elections", "gone"):
        decks.save(name, deck_from({"version": 1, "title": name, "columns": [{"id": "a", "query": "cats"}]}), None)
    decks.change_pin("harbour", "x:1", PinChange(note="call"))
    decks.read_up_to("harbour", {"a": 7})
    decks.delete("gone")
    store.maintain()


def run(source: Store, target: Store, batches: int = 10**6) -> None:
    """Copy at most `batches` batches, as if the copy was killed then."""
    for number, _ in enumerate(copy_store(source, target), 1):
        if number == batches:
            return


def assert_same(source: Store, target: Store) -> None:
    found = compare(source, target)
    assert found.differences == []
    assert found.sampled > 0
    assert contents(target) == contents(source)
    assert set(target.coverage()) == set(source.coverage())
    assert [DeckShelf(target).get(one.id) for one in DeckShelf(source).summaries()] == [
        DeckShelf(source).get(one.id) for one in DeckShelf(source).summaries()
    ]
    assert _rows(target) == _rows(source)


def _rows(store: Store) -> list[tuple[bytes, bytes, bool, int | None, bytes]]:
    access = store.copy_access()
    return sorted((row.body, row.raw, row.touched, row.reach, row.past) for page in access.posts() for row in page)


def test_copy_and_the_copy_of_the_copy_behave_as_the_first_store(filled: MemoryStore, opened: Opened) -> None:
    with opened() as target, opened() as twin:
        run(filled, target)
        assert_same(filled, target)
        assert now_found(target, "late dogs is:repost") == ["x:5"], "its original came after it"
        run(target, twin)
        assert_same(filled, twin)
        back = MemoryStore()
        run(twin, back)
        assert_same(filled, back)
        for store in (target, twin, back):
            _assert_goes_on(store)


def _assert_goes_on(store: Store) -> None:
    """Assert that deleted posts stay out of a copy and stored posts are merged with, as in any store."""
    late = [post(7, "to go"), post(77, "never seen"), post(91, "x", handle="gone"), post(92, "x", handle="forgotten")]
    done = store.persist(Writes([Upsert(one) for one in late]), 20)
    assert (done.entries, done.inserted) == ([], 0)
    (entry, *_) = put(store, 21, post(90, "edited birds", handle="zoe", version=T0 + 10**8)).entries
    assert entry.post.id == "x:90"
    assert sorted(now_found(store, "birds")) == ["x:5", "x:90"]
    (entry,) = put(store, 22, post(93, "anew", handle="gone", version=T0 + 10**9)).entries
    assert entry.post.id == "x:93", "posts created after the deletion are accepted"


def test_decks_of_a_copy_are_made_those_of_the_source_and_compared(filled: MemoryStore, opened: Opened) -> None:
    with opened() as target:
        run(filled, target)
        assert compare(filled, target).decks == 2
        DeckShelf(filled).delete("elections")
        DeckShelf(filled).read_up_to("harbour", {"a": 9})
        assert any(line.startswith("parts of decks: ") for line in compare(filled, target).differences)
        run(filled, target)
        assert_same(filled, target)
        assert DeckShelf(target).get("harbour").read == {"a": 9}
        assert DeckShelf(target).get("harbour").pins["x:1"].note == "call"
    with opened() as other:
        other.deck_records().put("own", "columns", b"{}", None)
        assert copy_obstacle(filled, other) == "it holds decks of its own"


def test_accounts_deleted_before_and_after_the_copy_stay_out(filled: MemoryStore, opened: Opened) -> None:
    with opened() as target:
        run(filled, target)
        target.persist(Writes(author_deletions=[AuthorDeletion("x", "id-zoe", T0 + 10**8)]), 12)
        late = [post(91, "x", handle="gone"), post(92, "x", handle="forgotten"), post(94, "x", handle="zoe")]
        assert target.persist(Writes([Upsert(one) for one in late]), 20).entries == []
        assert now_found(target, "late OR birds") == []


def test_killed_copy_resumes_where_it_stopped(filled: MemoryStore, opened: Opened) -> None:
    put(filled, 12, *(post(n, f"many {n}") for n in range(1_000, 1_600)), raw=b"[1]")
    with opened() as target:
        run(filled, target, batches=2)
        assert copy_obstacle(filled, target) == ""
        assert posts_copied_before(filled, target) == 500
        assert compare(filled, target).differences != []
        # Deletions between the two runs, below the sort key that the first run reached.
        filled.persist(Writes(deletions=[Deletion("x:1", T0), Deletion("x:2", T0)]), 13)
        before = sum(1 for _ in copy_store(filled, target))
        assert before == 1, "the rest fits into one batch"
        assert_same(filled, target)
        assert [row.raw for row in target.copy_access().posts_by_id(["x:4"]).values()] == [b""], (
            "the raw record held the deleted post"
        )


def test_loading_a_batch_again_changes_nothing(filled: MemoryStore, opened: Opened) -> None:
    with opened() as target:
        run(filled, target)
        target.copy_access().save_note(msgspec.json.encode(CopyNote(filled.identity)))
        run(filled, target)
        assert_same(filled, target)


def test_second_copy_adds_new_posts_and_keeps_newer_ones(filled: MemoryStore, opened: Opened) -> None:
    with opened() as target:
        run(filled, target)
        put(filled, 30, post(500, "more"), post(1, "birds", likes=5, version=T0 + 10**9), raw=b'{"new":1}')
        run(filled, target)
        assert_same(filled, target)
        put(target, 31, post(1, "newer here", likes=5, version=T0 + 10**10))
        run(filled, target)
        assert now_found(target, "newer -is:repost") == ["x:1"]
        assert now_found(target, "newer is:repost") == ["x:3"]
        assert now_found(target, "birds") == []


def test_differences_are_reported(filled: MemoryStore, opened: Opened) -> None:
    with opened() as target:
        run(filled, target)
        put(filled, 40, post(500, "more", created_at=T0 - 40 * 86_400_000))
        put(filled, 41, post(1, "otherwise", version=T0 + 10**9))
        filled.persist(Writes(deletions=[Deletion("x:999", T0)]), 42)
        filled.add_coverage(CoverageRow("mastodon", T0, T0 + 1, "", "a gap"))
        differences = compare(filled, target, sample=4_000, rng=random.Random(1)).differences
        assert [line for line in differences if line.startswith("posts of 2026-10:")] == [
            "posts of 2026-10: 2 here, 1 there"
        ]
        for line in ("x:500: is missing", "x:1: is another", "coverage: 1 rows are missing, 0 are others"):
            assert line in differences
        assert any(line.startswith("tombstones: ") for line in differences)


def test_store_with_posts_of_its_own_is_refused_as_target(filled: MemoryStore, opened: Opened) -> None:
    with opened() as target:
        assert copy_obstacle(filled, target) == ""
        put(target, 1, post(1, "its own"))
        assert "1 posts of its own" in copy_obstacle(filled, target)
        assert "same" in copy_obstacle(target, target)
    with opened() as target:
        target.persist(Writes(deletions=[Deletion("x:1", T0)]), 1)
        assert "tombstones" in copy_obstacle(filled, target)


def test_copy_keeps_its_own_identity(filled: MemoryStore, opened: Opened) -> None:
    with opened() as target:
        before = target.identity
        run(filled, target)
        assert target.identity == before != filled.identity


def test_killed_copy_of_one_millisecond_keeps_every_post_and_their_order(opened: Opened) -> None:
    with opened() as source, opened() as target, opened() as twin:
        for seq, start in enumerate(range(0, 600, 100), 1):
            put(source, seq, *(post(n, "same", created_at=T0) for n in range(start, start + 100)))
        wanted = [f"x:{n}" for n in reversed(range(600))]
        assert now_found(source, "same") == wanted
        run(source, target, batches=1)
        assert posts_copied_before(source, target) == 250
        assert [done.posts for done in copy_store(source, target)][-1] == 600
        run(target, twin)
        for store in (target, twin):
            assert now_found(store, "same") == wanted
            put(store, time.time_ns() // 1_000, post(700, "same", created_at=T0))
            assert now_found(store, "same") == ["x:700", *wanted]


def test_all_posts_of_one_sort_key_are_copied(opened: Opened) -> None:
    body = MemoryStore()
    put(body, 1, *(post(n, "same", created_at=T0) for n in range(10)))
    page = [row for page in body.copy_access().posts() for row in page]
    key = page[0].sort_key
    with opened() as target, opened() as twin:
        target.copy_access().load_posts([ExportRow(key, row.body, row.raw) for row in page])
        out = [row for some in target.copy_access().posts(since=key, at_once=3) for row in some]
        assert sorted(row.body for row in out) == sorted(row.body for row in page)
        run(target, twin)
        assert compare(target, twin).differences == []
        assert sorted(now_found(twin, "same")) == [f"x:{n}" for n in range(10)]


def test_hidden_posts_go_along_and_come_back_in_the_copy(opened: Opened) -> None:
    off = AccountChange("x", "id-ann", T0 + 60_000, hidden=True)
    with opened() as source, opened() as target:
        put(source, 1, post(1, "cats", handle="ann"), post(2, "cats"), post(3, repost_of="x:1"), raw=b"{}")
        source.persist(Writes(account_changes=[off]), 2)
        for _ in range(2):
            list(copy_store(source, target))
            assert now_found(target, "*") == ["x:2"]
        assert put(target, 3, post(4, "late", handle="ann")).entries == []
        writes = Writes(account_changes=[msgspec.structs.replace(off, at=off.at + 1, hidden=False)])
        done = target.persist(writes, 4)
        while done.left:
            done = target.persist(replace(writes, continued=True), 4)
        assert now_found(target, "*") == ["x:4", "x:3", "x:2", "x:1"]
        assert target.copy_access().posts_by_id(["x:1"])["x:1"].raw == b"{}"
