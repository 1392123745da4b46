"""Posts written again under the id of a deleted one: on Bluesky the greater version wins, elsewhere none does."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest

from pipeline.post import Deletion, Post, Upsert
from pipeline.store.contract import Store, Writes
from tests.store.builders import T0, now_found, post, search

ID = "bluesky:did:plc:ann/3k"


def written(text: str, version: int, post_id: str = ID) -> Writes:
    made: Post = post(1, text, version=T0 + version, created_at=T0 + version, received_at=T0 + 99_000)
    return Writes([Upsert(msgspec.structs.replace(made, id=post_id, source=post_id.partition(":")[0]))])


def deleted(version: int, post_id: str = ID) -> Writes:
    return Writes(deletions=[Deletion(post_id, T0 + version)])


class RewritingContract:
    def test_post_that_is_written_again_is_shown(self, store: Store) -> None:
        store.persist(written("first", 10), 1)
        store.persist(deleted(20), 2)
        (entry,) = store.persist(written("second", 30), 3).entries
        assert (entry.post.rewritten, entry.post.changed, entry.post.created_at) == (T0 + 20, 2, T0 + 30)
        assert msgspec.json.decode(entry.body)["rewritten"] == T0 + 20
        assert now_found(store, "second") == [ID]
        assert now_found(store, "first") == []
        with store.reading() as reading:
            changes = reading.changes(search("*"), after=1, removed_after=1, limit=9)
        assert (changes.tombstones, len(changes.bodies)) == ([], 1), "who was away learns of the new post alone"

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_every_order_ends_the_same(self, store: Store, order: tuple[int, ...]) -> None:
        told = [written("first", 10), deleted(20), written("second", 30)]
        for seq, which in enumerate((*order, *order), 1):
            store.persist(told[which], seq)
        assert now_found(store, "first") == []
        assert now_found(store, "second") == [ID]

    def test_late_older_copy_and_late_deletion_change_nothing(self, store: Store) -> None:
        store.persist(deleted(20), 1)
        store.persist(written("second", 30), 2)
        assert store.persist(written("first", 10), 3).entries == []
        done = store.persist(deleted(20), 4)
        assert (done.deleted, done.outlived) == ([], [ID])
        assert now_found(store, "second") == [ID]

    def test_post_that_is_deleted_again_stays_out_until_it_is_written_anew(self, store: Store) -> None:
        for seq, writes in enumerate((deleted(20), written("second", 30), deleted(40), written("second", 30)), 1):
            done = store.persist(writes, seq)
        assert done.tombstoned == [ID]
        assert now_found(store, "*") == []
        store.persist(written("third", 50), 5)
        assert now_found(store, "third") == [ID]

    @pytest.mark.parametrize("post_id", ["x:77", "mastodon:home.example/77", "demo:77"])
    def test_tombstone_of_other_networks_refuses_all(self, store: Store, post_id: str) -> None:
        store.persist(deleted(20, post_id), 1)
        assert store.persist(written("second", 30, post_id), 2).tombstoned == [post_id]
        assert now_found(store, "*") == []
