"""The number under which a post was first stored: it stays through everything but a deletion."""

from __future__ import annotations

import msgspec

from pipeline.post import AccountChange, Deletion, Post, Upsert
from pipeline.store import sort_key
from pipeline.store.contract import ExportRow, Store, Writes
from pipeline.store.post_json import encode_post
from tests.store.builders import T0, nested, post, put
from tests.store.contract.rewriting import ID, deleted, written


def first_seq(store: Store, post_id: str = "x:1") -> int:
    with store.reading() as reading:
        return int(msgspec.json.decode(reading.posts([post_id])[post_id])["first_seq"])


class FirstNumbersContract:
    def test_first_number_stays_through_edits_counts_redelivery_and_late_copies(self, store: Store) -> None:
        (entry,) = put(store, 5, post(1, "cats", likes=1, version=T0)).entries
        assert (entry.post.first_seq, first_seq(store)) == (5, 5)
        put(store, 6, post(1, "cats", likes=1, version=T0))
        put(store, 7, post(1, "dogs", likes=1, version=T0 + 5_000))
        put(store, 8, nested(post(1, "dogs", likes=9, version=T0 + 5_000), T0 + 90_000))
        put(store, 4, post(1, "old", version=T0 - 1))
        (entry,) = put(store, 9, post(1, "dogs", likes=10, version=T0 + 99_000)).entries
        assert (entry.post.first_seq, entry.post.seq, first_seq(store)) == (5, 9, 5)

    def test_repost_that_an_original_touches_keeps_its_number(self, store: Store) -> None:
        put(store, 3, post(2, repost_of="x:1"))
        put(store, 4, post(1, "came late"))
        assert (first_seq(store, "x:2"), first_seq(store, "x:1")) == (3, 4)

    def test_hidden_post_that_is_shown_again_keeps_its_number(self, store: Store) -> None:
        put(store, 3, post(1, "cats", handle="ann"))
        store.persist(Writes(account_changes=[AccountChange("x", "id-ann", T0 + 60_000, hidden=True)]), 4)
        put(store, 5, post(1, "dogs", handle="ann", version=T0 + 61_000), post(2, "new", handle="ann"))
        back = Writes(account_changes=[AccountChange("x", "id-ann", T0 + 90_000, hidden=False)])
        store.persist(back, 6)
        assert (first_seq(store), first_seq(store, "x:2")) == (3, 5)

    def test_detached_quote_keeps_its_number(self, store: Store) -> None:
        put(store, 2, post(1, "quoted"), post(2, "so true", quote_of="x:1"))
        store.persist(Writes(deletions=[Deletion("x:1", T0)]), 3)
        put(store, 4, post(2, "so true indeed", quote_of="x:1", version=T0 + 9_000))
        assert first_seq(store, "x:2") == 2

    def test_post_that_is_written_again_has_a_number_of_its_own(self, store: Store) -> None:
        store.persist(written("first", 10), 1)
        store.persist(deleted(20), 2)
        store.persist(written("second", 30), 3)
        assert first_seq(store, ID) == 3

    def test_post_of_an_earlier_program_counts_as_known_for_ever(self, store: Store) -> None:
        store.copy_access().load_posts([stored_by_an_earlier_program(post(1, "cats"))])
        store.persist(Writes([Upsert(post(1, "dogs", version=T0 + 9_000))]), 8)
        assert first_seq(store) == 0


def stored_by_an_earlier_program(one: Post) -> ExportRow:
    """Return the row of a post as a program stored it that kept no first numbers."""
    body = msgspec.json.decode(encode_post(one))
    del body["first_seq"]
    return ExportRow(sort_key.last(one.created_at), msgspec.json.encode(body))
