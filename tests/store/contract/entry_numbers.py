"""Entry numbers: from which sequence number on a post matches a search without a break, and what is unread by them."""

from __future__ import annotations

import msgspec
import pytest

from pipeline.post import AccountChange, AuthorDeletion, Deletion, QuoteDetachment
from pipeline.store.contract import Store, Unread, Writes
from pipeline.store.past.entry_number import entry_number
from pipeline.store.past.post_past import NUMBERS_MAX, VERSIONS_MAX
from tests.store.builders import T0, nested, post, put, search
from tests.store.contract.first_numbers import stored_by_an_earlier_program
from tests.store.contract.rewriting import ID, deleted, written

OFF = Writes(account_changes=[AccountChange("x", "id-ann", T0 + 60_000, hidden=True)])
BACK = Writes(account_changes=[AccountChange("x", "id-ann", T0 + 90_000, hidden=False)])


def entered(store: Store, text: str) -> dict[str, int]:
    """Return the entry numbers that a page of a search names; a page and the changes say the same."""
    query = search(text)
    with store.reading() as reading:
        page = reading.search(query, limit=99)
        assert reading.changes(query, after=0, removed_after=0, limit=99).entered == page.entered
        assert reading.search(query, limit=99, sort="likes").entered == page.entered
        assert reading.search(query, limit=0).entered == {}
    return page.entered


def unread(store: Store, text: str, read: int, limit: int = 99, **until: int) -> tuple[int, bool]:
    with store.reading() as reading:
        found: Unread = reading.unread(search(text), read=read, limit=limit, **until)
    return found.count, found.more


class EntryNumbersContract:
    def test_post_of_which_nothing_was_replaced_entered_when_it_was_stored(self, store: Store) -> None:
        put(store, 3, post(1, "cats"), post(2, "cats"))
        (entry,) = put(store, 4, post(1, "cats")).entries
        assert (entry.past.versions, entry.past.numbers) == ((), ())
        assert entered(store, "cats") == {}
        assert [unread(store, "cats", read) for read in (2, 3)] == [(2, False), (0, False)]

    def test_edit_that_newly_matches_enters_with_its_number(self, store: Store) -> None:
        put(store, 3, post(1, "dogs", version=T0), post(2, "cats"))
        (entry,) = put(store, 8, post(1, "cats and dogs", version=T0 + 1)).entries
        assert entry_number(search("cats").root, entry.document, entry.post.first_seq, entry.past) == 8
        assert (entered(store, "cats"), entered(store, "dogs")) == ({"x:1": 8}, {})
        assert [unread(store, "cats", read) for read in (2, 3, 7, 8)] == [
            (2, False),
            (1, False),
            (1, False),
            (0, False),
        ]
        assert [unread(store, "dogs", read) for read in (2, 3)] == [(1, False), (0, False)]
        put(store, 9, post(1, "cats and dogs", version=T0 + 1))
        put(store, 10, post(1, "cats and dogs again", version=T0 + 2))
        assert entered(store, "cats") == {"x:1": 8}, "it matched all the while"

    def test_break_makes_a_post_new_again(self, store: Store) -> None:
        for seq, text in ((3, "cats"), (4, "dogs"), (5, "cats")):
            put(store, seq, post(1, text, version=T0 + seq))
        assert (entered(store, "cats"), entered(store, "* -birds")) == ({"x:1": 5}, {})

    def test_count_that_grew_enters_where_it_passed(self, store: Store) -> None:
        put(store, 3, post(1, "cats", likes=1, version=T0))
        put(store, 4, nested(post(1, "cats", likes=50, version=T0), T0 + 10_000))
        put(store, 5, nested(post(1, "cats", likes=150, version=T0), T0 + 20_000))
        put(store, 6, nested(post(1, "cats", likes=151, version=T0), T0 + 30_000))
        assert [entered(store, f"cats likes:{low}..") for low in (1, 50, 100, 151)] == [
            {},
            {"x:1": 4},
            {"x:1": 5},
            {"x:1": 6},
        ]
        assert [unread(store, "likes:100..", read) for read in (4, 5)] == [(1, False), (0, False)]
        with store.reading() as reading:
            assert len(reading.versions("x:1")) == 1, "numbers make no version"

    def test_counts_and_edits_together(self, store: Store) -> None:
        put(store, 3, post(1, "dogs", likes=1, version=T0))
        put(store, 4, post(1, "dogs", likes=100, version=T0 + 5_000))
        put(store, 5, post(1, "cats", likes=101, version=T0 + 9_000))
        put(store, 6, post(1, "cats", likes=99, version=T0 + 20_000))
        found = [entered(store, text) for text in ("dogs OR cats", "cats likes:..99", "(cats OR dogs) likes:50..")]
        assert found == [{}, {"x:1": 6}, {"x:1": 4}]

    def test_original_that_comes_late_enters_its_reposts(self, store: Store) -> None:
        put(store, 3, post(2, repost_of="x:1"))
        put(store, 7, post(1, "late cats"))
        assert entered(store, "cats") == {"x:2": 7}
        put(store, 8, post(1, "late dogs", version=T0 + 99_000))
        assert (entered(store, "late"), entered(store, "dogs")) == ({"x:2": 7}, {"x:1": 8, "x:2": 8})

    def test_number_of_a_batch_that_is_stored_late_is_no_lower_than_what_it_replaces(self, store: Store) -> None:
        put(store, 20, post(1, "dogs", version=T0))
        put(store, 10, post(1, "cats", version=T0 + 1))
        assert entered(store, "cats") == {}
        assert unread(store, "cats", 19) == (1, False)

    def test_post_that_is_shown_again_is_new_and_its_past_is_kept(self, store: Store) -> None:
        put(store, 3, post(1, "cats", handle="ann"))
        put(store, 4, post(1, "cats 2", handle="ann", version=T0 + 2_000))
        store.persist(OFF, 5)
        assert unread(store, "cats", 0) == (0, False)
        put(store, 6, post(2, "cats", handle="ann"))
        (_, *_) = store.persist(BACK, 9).entries
        assert entered(store, "cats") == {"x:1": 9, "x:2": 9}
        with store.reading() as reading:
            assert [one.since for one in reading.versions("x:1")] == [9, 3]
        store.persist(BACK, 10)
        assert entered(store, "cats") == {"x:1": 9, "x:2": 9}, "a redelivery changes nothing"

    def test_detached_quote_is_a_version(self, store: Store) -> None:
        put(store, 2, post(1, "quoted"), post(2, "so true", quote_of="x:1"))
        store.persist(Writes(detachments=[QuoteDetachment("x:2", "x:1")]), 5)
        assert (entered(store, "so true -quote_of:x:1"), entered(store, "so true")) == ({"x:2": 5}, {})

    def test_post_of_an_earlier_program_is_read_until_it_newly_matches(self, store: Store) -> None:
        store.copy_access().load_posts([stored_by_an_earlier_program(post(1, "cats"))])
        assert unread(store, "cats", 0) == (0, False)
        put(store, 8, post(1, "cats dogs", version=T0 + 9_000))
        assert (entered(store, "cats"), entered(store, "dogs")) == ({}, {"x:1": 8})
        assert (unread(store, "cats", 0), unread(store, "dogs", 7)) == ((0, False), (1, False))

    @pytest.mark.parametrize("way", ["deleted", "account", "forgotten", "pruned", "written again"])
    def test_past_leaves_with_the_post(self, store: Store, way: str) -> None:
        again = post(1, "cats", version=T0)
        if way == "written again":
            store.persist(written("dogs", 10), 1)
            store.persist(written("cats", 11), 2)
            store.persist(deleted(20), 3)
            store.persist(written("cats", 30), 4)
            with store.reading() as reading:
                assert [one.since for one in reading.versions(ID)] == [4]
            return
        put(store, 1, post(1, "dogs", version=T0 - 1))
        put(store, 2, again)
        if way == "deleted":
            store.persist(Writes(deletions=[Deletion("x:1", T0)]), 3)
        elif way == "pruned":
            assert store.prune(before_ms=T0 + 10_000, max_bytes=None) == 1
        else:
            gone = AuthorDeletion("x", "id-bob", T0 + 99, forgotten=way == "forgotten")
            store.persist(Writes(author_deletions=[gone]), 3)
        with store.reading() as reading:
            assert reading.versions("x:1") == []
        if way == "pruned":
            put(store, 4, again)
            assert entered(store, "cats") == {}
        assert [row.past for page in store.copy_access().posts() for row in page] == [b""] * (way == "pruned")

    def test_versions_are_those_that_were_seen(self, store: Store) -> None:
        for seq, text in ((3, "one"), (5, "two"), (9, "three")):
            put(store, seq, post(1, text, version=T0 + seq))
        with store.reading() as reading:
            found = reading.versions("x:1")
        texts = [(one.since, msgspec.json.decode(one.body)["text"]) for one in found]
        assert texts == [(9, "three"), (5, "two"), (3, "one")]

    def test_past_is_bounded_and_a_post_is_never_passed_over(self, store: Store) -> None:
        put(store, 10, post(1, "dogs", likes=0, version=T0))
        for turn in range(1, 41):
            put(store, 10 + turn, post(1, f"cats {turn}", likes=turn, version=T0 + turn * 3_000))
        (row,) = [row for page in store.copy_access().posts() for row in page]
        with store.reading() as reading:
            assert len(reading.versions("x:1")) == VERSIONS_MAX + 1
        assert len(row.past) < 2_000
        assert 11 <= entered(store, "cats")["x:1"] <= 50
        assert 30 <= entered(store, "likes:20..")["x:1"] <= 50
        assert NUMBERS_MAX < 40

    def test_unread_is_counted_up_to_a_limit_and_a_number(self, store: Store) -> None:
        for seq in range(1, 8):
            put(store, seq, post(seq, "cats"))
        assert unread(store, "cats", 2, limit=3) == (3, True)
        assert unread(store, "cats", 2, limit=5) == (5, False)
        assert unread(store, "cats", 2, until=4) == (2, False)
        put(store, 9, post(1, "cats dogs", version=T0 + 9_000))
        assert unread(store, "dogs", 0, until=8) == (0, False), "what matches by a later change is not published yet"
        assert unread(store, "cats", 0, until=8) == (7, False)
