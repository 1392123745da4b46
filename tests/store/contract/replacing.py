"""What replaces what: own records, copies inside other posts, records that lack fields, equal versions."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pipeline.normalise.post_standing import stand_alone
from pipeline.post import ReplyTo
from pipeline.store.contract import Store
from tests.store.builders import T0, nested, now_found, post, put

LATER = T0 + 10**6


def shown(store: Store, post_id: str = "x:1") -> dict[str, Any]:
    with store.reading() as reading:
        body: dict[str, Any] = msgspec.json.decode(reading.posts([post_id])[post_id])
    return body


class ReplacingContract:
    def test_copy_inside_a_later_post_does_not_keep_an_edit_out(self, store: Store) -> None:
        put(store, 1, nested(post(1, "old", version=T0), LATER))
        put(store, 2, post(1, "edited", version=T0 + 500))
        assert now_found(store, "edited") == ["x:1"]
        put(store, 3, nested(post(1, "old", version=T0), LATER + 10_000))
        assert now_found(store, "edited") == ["x:1"]

    def test_copy_inside_never_outranks_the_post_at_the_same_version(self, store: Store) -> None:
        for turn, order in enumerate([(0, 1), (1, 0)]):
            number = 10 + turn
            copies = [post(number, "own", version=T0), nested(post(number, "carried", version=T0), LATER)]
            for which in order:
                put(store, turn * 2 + which + 1, copies[which])
        assert now_found(store, "own") == ["x:11", "x:10"]
        assert now_found(store, "carried") == []

    def test_copy_inside_that_was_edited_since_replaces(self, store: Store) -> None:
        put(store, 1, post(1, "old", version=T0, quote_of="x:7"))
        put(store, 2, nested(post(1, "edited", version=T0 + 500), LATER))
        assert now_found(store, "edited quote_of:x:7") == ["x:1"], "and it does not know the quote"
        put(store, 3, post(1, "edited indeed", version=T0 + 500))
        assert now_found(store, "edited indeed -quote_of:x:7") == ["x:1"], "the post's own record knows"

    @pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0), (1, 0, 2)])
    def test_equal_version_heard_later_replaces_and_an_older_batch_does_not_undo_it(
        self, store: Store, order: tuple[int, ...]
    ) -> None:
        states = [
            post(1, "so true", version=T0, received_at=T0 + 10),
            post(1, "so true", version=T0, received_at=T0 + 20, quote_of="x:7"),
            post(1, "so true", version=T0, received_at=T0 + 30),
        ]
        for seq, which in enumerate((*order, *order), 1):
            put(store, seq, msgspec.structs.replace(states[which]))
        assert now_found(store, "true") == ["x:1"]
        assert now_found(store, "quote_of:x:7") == []

    def test_clients_get_a_greater_version_for_every_change(self, store: Store) -> None:
        versions = []
        for seq, (text, heard) in enumerate([("a", 10), ("b", 20), ("c", 30), ("b", 25)], 1):
            entries = put(store, seq, post(1, text, version=T0, received_at=T0 + heard)).entries
            versions += [entry.post.version for entry in entries]
        assert versions == [T0, T0 + 1, T0 + 2]
        assert shown(store)["text"] == "c"

    def test_redelivery_of_the_record_that_a_post_rests_on_is_published_again(self, store: Store) -> None:
        put(store, 1, post(1, "a", version=T0, received_at=T0 + 10))
        put(store, 2, post(1, "b", version=T0, received_at=T0 + 20))
        (entry,) = put(store, 3, post(1, "b", version=T0, received_at=T0 + 20)).entries
        assert (entry.post.text, entry.post.version, entry.post.seq, entry.before) == ("b", T0 + 1, 3, None)

    @pytest.mark.parametrize("first", ["whole", "thin"])
    def test_record_that_lacks_fields_only_adds(self, store: Store, first: str) -> None:
        def whole() -> Any:
            return post(1, "see this", likes=3, bio="sailor", followers=9, hashtags=["sea"], quote_of="x:7")

        def thin() -> Any:
            bare = post(1, "see this", version=LATER, received_at=LATER, likes=5, lang="", langs=[])
            bare.author.handle = bare.author.bio = ""
            return stand_alone(bare, thin=True)

        for seq, make in enumerate((whole, thin) if first == "whole" else (thin, whole), 1):
            put(store, seq, make())
        found = shown(store)
        assert (found["author"]["handle"], found["author"]["bio"], found["author"]["followers"]) == ("bob", "sailor", 9)
        assert (found["hashtags"], found["quote_of"], found["lang"]) == (["sea"], "x:7", "en")
        assert found["counts"]["likes"] == 5, "counts are those observed last"

    def test_author_of_whom_only_the_id_is_known_replaces_no_known_one(self, store: Store) -> None:
        put(store, 1, post(1, "a", bio="sailor"))
        unknown = post(1, "edited", version=LATER, received_at=LATER)
        unknown.author = msgspec.structs.replace(unknown.author, handle=unknown.author.id, bio="")
        put(store, 2, stand_alone(unknown))
        found = shown(store)
        assert (found["text"], found["author"]["handle"], found["author"]["bio"]) == ("edited", "bob", "sailor")

    def test_answered_post_that_becomes_known_stays_known(self, store: Store) -> None:
        known = {"id": "x:9", "author": "id-ann", "handle": "ann"}
        put(store, 1, post(1, "a", version=T0, received_at=T0 + 10))
        put(store, 2, post(1, "a", version=T0, received_at=T0 + 20, reply_to=ReplyTo(**known), conversation_id="x:9"))
        put(store, 3, post(1, "edited", version=LATER, received_at=LATER))
        assert (shown(store)["reply_to"], shown(store)["conversation_id"]) == (known, "x:9")

    def test_counts_climb_from_inside_other_posts_in_their_own_order(self, store: Store) -> None:
        put(store, 1, post(1, "a", likes=1, version=T0))
        put(store, 2, nested(post(1, "a", likes=9, version=T0), T0 + 9_000))
        assert put(store, 3, nested(post(1, "a", likes=5, version=T0), T0 + 5_000)).entries == []
        put(store, 4, post(1, "edited", likes=2, version=T0 + 6_000))
        assert (shown(store)["text"], shown(store)["counts"]["likes"]) == ("edited", 9)
