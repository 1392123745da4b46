"""Other names of a post: ids of X's later versions, and ids under which a server names a post that it deletes."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest

from pipeline.normalise.post_standing import stand_alone
from pipeline.post import Deletion, Post, Upsert
from pipeline.store.contract import Store, Writes
from tests.store.builders import T0, now_found, post, put

CHAIN = ["x:2", "x:3"]


def version(number: int, *, chain: bool = True) -> Post:
    """Return a version of the post x:1, edited twice, as its record becomes it."""
    made = post(1, f"text {number}", version=T0 + number * 1_000, url=f"https://x.com/bob/status/{number}")
    made.edits = CHAIN[: number - 1] if chain else []
    if not chain:
        made.id = f"x:{number}"
    return stand_alone(made)


class OtherNamesContract:
    @pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
    def test_edits_become_one_post_with_the_last_text(self, store: Store, order: tuple[int, ...]) -> None:
        for seq, number in enumerate(order, 1):
            put(store, seq, version(number))
        put(store, 4, post(9, repost_of="x:1"), post(8, "see", quote_of="x:2"))
        assert now_found(store, "text -is:repost") == ["x:1"]
        assert now_found(store, "text 3 is:repost") == ["x:9"]
        with store.reading() as reading:
            shown = msgspec.json.decode(reading.posts(["x:8"])["x:8"])
        assert (shown["quote_of"], shown["original"]["text"]) == ("x:1", "text 3")

    @pytest.mark.parametrize("deleted", ["x:1", "x:2", "x:3"])
    def test_deletion_of_any_version_deletes_the_post(self, store: Store, deleted: str) -> None:
        put(store, 1, version(3))
        done = store.persist(Writes(deletions=[Deletion(deleted, T0)]), 2)
        assert "x:1" in done.deleted
        put(store, 3, version(2), version(1))
        assert now_found(store, "*") == []

    @pytest.mark.parametrize("deleted", ["x:1", "x:3"])
    def test_deletion_of_a_version_that_comes_first_wins(self, store: Store, deleted: str) -> None:
        store.persist(Writes(deletions=[Deletion(deleted, T0)]), 1)
        put(store, 2, version(3))
        assert now_found(store, "*") == []

    def test_version_that_was_stored_as_a_post_of_its_own_gives_way(self, store: Store) -> None:
        put(store, 1, version(2, chain=False), post(7, "dogs"))
        done = put(store, 2, version(3))
        assert "x:2" in done.deleted
        put(store, 3, version(2, chain=False))
        put(store, 4, version(3))
        assert now_found(store, "*") == ["x:7", "x:1"]
        assert now_found(store, "text 3") == ["x:1"]

    def test_post_whose_server_named_it_otherwise_in_a_deletion_is_refused(self, store: Store) -> None:
        alias, own = "mastodon:home.example/123", "mastodon:far.example/9"
        store.persist(Writes(deletions=[Deletion(alias, T0)]), 1)
        late = [Upsert(msgspec.structs.replace(post(9, "cats"), id=own), b"", alias)]
        done = store.persist(Writes([*late, Upsert(post(1, "cats"))]), 2)
        assert done.tombstoned == [own]
        store.persist(Writes([Upsert(msgspec.structs.replace(post(9, "cats"), id=own))]), 3)
        assert now_found(store, "cats") == ["x:1"], "it stays out, however it comes"

    def test_both_in_one_batch(self, store: Store) -> None:
        alias, own = "mastodon:home.example/123", "mastodon:far.example/9"
        late = [Upsert(msgspec.structs.replace(post(9, "cats"), id=own), b"", alias)]
        store.persist(Writes(late, [Deletion(alias, T0)]), 1)
        assert now_found(store, "cats") == []
