"""Deletions of posts and accounts: a deleted post never returns."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from pipeline.post import AuthorDeletion, Deletion, Upsert
from pipeline.store.contract import Store, Writes
from pipeline.store.plan import deletions
from tests.store.builders import T0, now_found, post, put, search


class DeletionsContract:
    def test_deleted_post_is_removed_and_announced(self, store: Store) -> None:
        put(store, 1, post(1, "cats"), post(2, "cats"))
        done = store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
        assert (done.deleted, done.tombstoned, done.entries) == (["x:1"], ["x:1"], [])
        assert now_found(store, "cats") == ["x:2"]
        assert store.indexed() == 1
        with store.reading() as reading:
            assert reading.posts(["x:1"]) == {}
            assert reading.changes(search("cats"), after=1, removed_after=1, limit=9).tombstones == ["x:1"]

    def test_deletion_that_comes_first_wins(self, store: Store) -> None:
        done = store.persist(Writes(deletions=[Deletion("x:1", T0)]), 1)
        assert done.deleted == ["x:1"], "its tombstone is young"
        done = put(store, 2, post(1, "cats"))
        assert (done.entries, done.tombstoned, done.inserted) == ([], ["x:1"], 0)
        assert now_found(store, "*") == []

    def test_deletion_wins_within_its_batch(self, store: Store) -> None:
        done = store.persist(Writes([Upsert(post(1, "cats"))], [Deletion("x:1", T0)]), 1)
        assert (done.entries, done.tombstoned) == ([], ["x:1"])

    def test_reposts_are_deleted_with_their_original(self, store: Store) -> None:
        put(store, 1, post(1, "cats"), post(2, repost_of="x:1"), post(3, "mine", quote_of="x:1"))
        done = store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
        assert sorted(done.deleted) == ["x:1", "x:2"]
        assert now_found(store, "*") == ["x:3"]
        with store.reading() as reading:
            assert "original" not in msgspec.json.decode(reading.posts(["x:3"])["x:3"])
        done = put(store, 3, post(2, repost_of="x:1"), post(4, repost_of="x:1"))
        assert done.entries == []
        assert sorted(done.tombstoned) == ["x:2", "x:4"]

    def test_posts_of_a_deleted_account_are_deleted(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"), post(2, "cats"), post(3, "cats", handle="ann"))
        gone = AuthorDeletion("x", "id-ann", T0 + 10_000)
        done = store.persist(Writes(author_deletions=[gone]), 2)
        assert sorted(done.deleted) == ["x:1", "x:3"]
        assert now_found(store, "cats") == ["x:2"]
        assert put(store, 3, post(5, "cats", handle="ann")).entries == [], "created before the account was deleted"
        assert len(put(store, 4, post(50, "back", handle="ann")).entries) == 1, "the account came back and posts again"

    def test_one_call_removes_a_bounded_number_of_posts_and_repeated_calls_remove_all(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deletions, "MAX_REMOVED", 4)
        viral = [post(n, repost_of="x:1") for n in range(2, 13)]
        hers = [post(n, "hers", handle="ann") for n in range(20, 31)]
        carried = [post(n, repost_of="x:25") for n in range(40, 46)]
        put(store, 1, post(1, "cats"), *viral, *hers, *carried, post(50, "dogs"), post(51, "mine", quote_of="x:1"))
        assert _deleted_by(store, Writes(deletions=[Deletion("x:1", T0)]), 2) == [f"x:{n}" for n in range(1, 13)]
        gone = AuthorDeletion("x", "id-ann", T0 + 10**8)
        first = store.persist(Writes(author_deletions=[gone]), 3)
        assert first.left, "the worker died, so the batch comes again"
        announced = sorted({*first.deleted, *_deleted_by(store, Writes(author_deletions=[gone]), 4)}, key=_number)
        assert announced == [f"x:{n}" for n in (*range(20, 31), *range(40, 46))]
        assert now_found(store, "*") == ["x:51", "x:50"]
        assert put(store, 5, *viral, *hers).entries == []

    def test_forgotten_account_never_returns(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"), post(2, "cats", repost_of="x:1"), post(3, "cats", quote_of="x:1"))
        done = store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-ann", 2**53 - 1, forgotten=True)]), 2)
        assert sorted(done.deleted) == ["x:1", "x:2"]
        done = put(store, 3, post(90, "later cats", handle="ann"), post(91, repost_of="x:90"), post(92, "dogs"))
        assert [entry.post.id for entry in done.entries] == ["x:92"], "reposts of its posts are refused too"
        store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-ann", T0)]), 4)
        store.maintain()
        assert put(store, 5, post(93, "still cats", handle="ann")).entries == []
        assert now_found(store, "*") == ["x:92", "x:3"]

    def test_repost_of_a_refused_original_is_refused_wherever_it_stands_in_the_batch(self, store: Store) -> None:
        store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-ann", T0 + 10_000)]), 1)
        done = put(store, 2, post(3, repost_of="x:2"), post(2, "cats", handle="ann"), post(4, repost_of="x:2"))
        assert done.entries == []
        assert sorted(done.tombstoned) == ["x:2", "x:3", "x:4"]
        assert now_found(store, "*") == []

    def test_account_forgotten_up_to_now_may_post_again(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"))
        store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-ann", T0 + 10_000, forgotten=True)]), 2)
        assert len(put(store, 4, post(50, "back", handle="ann")).entries) == 1

    def test_account_of_another_network_stays(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann", source="mastodon"))
        store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-ann", T0 + 10_000)]), 2)
        assert now_found(store, "cats") == ["x:1"]

    def test_deleting_twice_is_announced_again(self, store: Store) -> None:
        put(store, 1, post(1, "cats"))
        store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
        done = store.persist(Writes(deletions=[Deletion("x:1", T0)]), 3)
        assert done.deleted == ["x:1"]
        with store.reading() as reading:
            assert reading.changes(search("*"), after=2, removed_after=2, limit=9).tombstones == ["x:1"]


def _deleted_by(store: Store, writes: Writes, seq: int) -> list[str]:
    """Persist deletions until nothing is left, and return the announced ids by number."""
    announced: set[str] = set()
    done = store.persist(writes, seq)
    while True:
        assert len(done.deleted) <= deletions.MAX_REMOVED + len(writes.deletions)
        assert not {*done.deleted} & {*now_found(store, "*")}
        announced |= {*done.deleted}
        if not done.left:
            return sorted(announced, key=_number)
        done = store.persist(replace(writes, continued=True), seq)


def _number(post_id: str) -> int:
    return int(post_id.removeprefix("x:"))
