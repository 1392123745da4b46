"""Accounts that are off for now, come back, or change their name: hidden posts, shown posts, former names."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from pipeline.post import AccountChange, AuthorDeletion, Deletion, Upsert
from pipeline.store.contract import Persisted, Store, Writes
from pipeline.store.plan import deletions
from tests.store.builders import T0, ids, now_found, post, put, search

OFF = AccountChange("x", "id-ann", T0 + 60_000, hidden=True)
BACK = AccountChange("x", "id-ann", T0 + 90_000, hidden=False)
RENAMED = AccountChange("x", "id-ann", T0 + 60_000, handle="anna")


class AccountsContract:
    def test_posts_of_an_account_that_is_off_are_in_no_answer(self, store: Store) -> None:
        put(store, 1, post(1, "cats #a", handle="ann"), post(2, "cats"), post(3, repost_of="x:1"))
        put(store, 1, post(4, "mine", quote_of="x:1"))
        done = changed(store, 2, OFF)
        assert sorted(done.withdrawn) == [("x:1", T0 + 1_000), ("x:3", T0 + 3_000)]
        assert (done.deleted, done.tombstoned) == ([], [])
        assert store.indexed() == 2
        with store.reading() as reading:
            assert ids(list(reading.export(search("*")))) == ["x:4", "x:2"]
            assert reading.count(search("*")) == reading.timeline(search("*")).total == 2
            assert [item.value for item in reading.top(search("*"), "authors", limit=9).items] == ["bob"]
            assert sorted(reading.posts(["x:1", "x:2", "x:4"])) == ["x:2", "x:4"]
            assert "original" not in msgspec.json.decode(reading.posts(["x:4"])["x:4"])

    def test_who_was_away_learns_what_was_hidden_and_what_is_back(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"), post(2, "cats"))
        changed(store, 2, OFF)
        with store.reading() as reading:
            changes = reading.changes(search("cats"), after=1, removed_after=1, limit=9)
            assert (changes.retracted, changes.tombstones, changes.bodies) == ([("x:1", T0 + 1_000)], [], [])
            assert reading.withdrawn(1, limit=9) == [("x:1", T0 + 1_000)]
            assert reading.withdrawn(2, limit=9) == []
        changed(store, 3, BACK)
        with store.reading() as reading:
            changes = reading.changes(search("cats"), after=2, removed_after=2, limit=9)
            assert (ids(changes.bodies), changes.retracted) == (["x:1"], [])
            assert msgspec.json.decode(changes.bodies[0])["version"] > T0 + 1_000, "greater than what was taken back"

    def test_hidden_posts_count_in_bounded_steps(self, store: Store) -> None:
        put(store, 1, *[post(n, "cats", handle="ann") for n in range(1, 6)])
        changed(store, 2, OFF)
        with store.reading() as reading:
            assert reading.changes(search("cats"), after=1, removed_after=1, limit=4).overflow
            assert reading.step_end(1, limit=4, changed=True) == 2
            assert reading.step_end(1, limit=5, changed=True) is None

    def test_account_that_is_back_shows_its_posts_with_numbers_and_raw_records(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann", likes=7, followers=5), post(2, repost_of="x:1"), raw=b"{}")
        changed(store, 2, OFF)
        done = changed(store, 3, BACK)
        assert sorted(entry.post.id for entry in done.entries) == ["x:1", "x:2"]
        assert now_found(store, "cats") == ["x:2", "x:1"]
        with store.reading() as reading:
            assert msgspec.json.decode(reading.posts(["x:1"])["x:1"])["counts"]["likes"] == 7
        assert store.copy_access().posts_by_id(["x:1"])["x:1"].raw == b"{}"
        assert store.indexed() == 2
        assert changed(store, 4, BACK).entries == [], "told again"

    def test_post_written_while_the_account_is_off_is_hidden_and_shown_later(self, store: Store) -> None:
        changed(store, 1, OFF)
        done = put(store, 2, post(61, "late cats", handle="ann"), post(62, repost_of="x:61"), raw=b"{}")
        assert (done.entries, done.withdrawn, done.tombstoned) == ([], [], [])
        assert put(store, 3, post(63, repost_of="x:61")).entries == []
        put(store, 4, post(61, "older words", handle="ann", version=T0), raw=b"{}")
        assert now_found(store, "*") == []
        changed(store, 5, BACK)
        assert now_found(store, "late") == ["x:63", "x:62", "x:61"]

    def test_clock_of_the_author_that_is_ahead_keeps_no_post(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann", version=T0 + 900_000), raw=b"{}")
        changed(store, 2, OFF)
        assert now_found(store, "*") == []

    def test_later_change_wins_whichever_is_heard_first(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"))
        changed(store, 2, OFF)
        changed(store, 3, BACK)
        put(store, 4, post(95, "cats", handle="ann"))
        assert changed(store, 5, OFF).withdrawn == [], "another server tells the old message late"
        assert now_found(store, "cats") == ["x:95", "x:1"]
        changed(store, 6, BACK, replace_time(OFF, T0 + 99_000))
        assert now_found(store, "cats") == []

    def test_return_heard_before_the_departure_is_not_undone(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"))
        changed(store, 2, BACK)
        changed(store, 3, OFF)
        store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-ann", OFF.at)]), 4)
        assert now_found(store, "cats") == ["x:1"], "nor is it deleted by what was told of an earlier time"

    def test_own_post_long_after_the_departure_shows_that_the_account_is_back(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"))
        changed(store, 2, OFF)
        later = post(60 + 3_601, "back", handle="ann")
        put(store, 3, later)
        assert now_found(store, "*") == [], "a copy inside another record shows nothing"
        writes = Writes([Upsert(later, b"{}")])
        done = store.persist(writes, 4)
        while done.left:
            done = store.persist(replace(writes, continued=True), 4)
        assert now_found(store, "*") == [later.id, "x:1"]

    def test_deleted_account_is_wiped_with_what_was_hidden(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"), post(2, "cats", handle="ann"), post(3, repost_of="x:1"))
        changed(store, 2, OFF)
        store.persist(Writes(deletions=[Deletion("x:1", T0)]), 3)
        store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-ann", T0 + 70_000)]), 4)
        changed(store, 5, BACK)
        assert now_found(store, "*") == []
        assert put(store, 6, post(2, "cats", handle="ann")).entries == []

    def test_repost_by_an_account_that_is_off_waits_for_both(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"), post(2, repost_of="x:1"))
        bob = AccountChange("x", "id-bob", T0 + 61_000, hidden=True)
        changed(store, 2, OFF, bob)
        changed(store, 3, BACK)
        assert now_found(store, "*") == ["x:1"]
        changed(store, 4, replace_time(bob, T0 + 95_000, hidden=False))
        assert now_found(store, "*") == ["x:2", "x:1"]

    def test_large_account_is_hidden_and_shown_in_bounded_steps(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deletions, "MAX_REMOVED", 4)
        hers = [post(n, "hers", handle="ann") for n in range(20, 31)]
        reposts = [post(n, repost_of="x:25") for n in range(40, 46)]
        put(store, 1, *hers, *reposts, post(50, "dogs"))
        assert sorted(id_ for id_, _ in changed(store, 2, OFF, at_most=4).withdrawn) == sorted(
            one.id for one in (*hers, *reposts)
        )
        assert now_found(store, "*") == ["x:50"]
        first = store.persist(Writes(account_changes=[BACK]), 3)
        assert first.left, "the worker died before it published, so the batch comes again"
        done = changed(store, 4, BACK, at_most=4)
        assert {entry.post.id for entry in done.entries} == {one.id for one in (*hers, *reposts)}
        assert now_found(store, "*") == [f"x:{n}" for n in (50, *range(45, 39, -1), *range(30, 19, -1))]
        with store.reading() as reading:
            assert reading.withdrawn(0, limit=99) == []

    def test_account_of_another_network_stays(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann", source="mastodon"))
        changed(store, 2, OFF, RENAMED)
        assert now_found(store, "from:ann") == ["x:1"]

    def test_retention_removes_hidden_posts(self, store: Store) -> None:
        put(store, 1, post(1, "old", handle="ann"), post(50, "new", handle="ann"))
        changed(store, 2, OFF)
        store.prune(before_ms=T0 + 30_000, max_bytes=None)
        changed(store, 3, BACK)
        assert now_found(store, "*") == ["x:50"]

    # -- names
    def test_renamed_author_is_found_by_both_names_and_shown_under_the_new(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"), post(2, repost_of="x:1"), post(3, "cats"))
        done = changed(store, 2, RENAMED)
        assert "x:1" in [entry.post.id for entry in done.entries], "watchers see the new name"
        assert now_found(store, "from:ann") == now_found(store, "from:anna") == ["x:1"]
        assert now_found(store, "reposts_from:anna") == now_found(store, "reposts_from:ann") == ["x:2"]
        assert shown_handles(store, "cats -is:repost") == {"x:1": "anna", "x:3": "bob"}
        with store.reading() as reading:
            tops = reading.top(search("cats -is:repost"), "authors", limit=9).items
        assert sorted(item.value for item in tops) == ["anna", "bob"]

    def test_new_posts_of_a_renamed_author_are_found_by_the_former_name(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"))
        changed(store, 2, RENAMED)
        new, late = post(70, "dogs", handle="ann"), post(2, "birds", handle="ann")
        new.author.handle = "anna"
        done = put(store, 3, new, late)
        assert {entry.post.author.handle for entry in done.entries} == {"anna"}
        assert all("from:ann" in entry.document.facets for entry in done.entries), "so standing searches match"
        assert now_found(store, "from:ann") == now_found(store, "from:anna") == ["x:70", "x:2", "x:1"]

    def test_name_that_changes_back_is_the_name_again(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"))
        changed(store, 2, RENAMED)
        changed(store, 3, replace_time(RENAMED, T0 + 80_000, handle="ann"))
        changed(store, 4, RENAMED)
        assert shown_handles(store, "from:anna") == shown_handles(store, "from:ann") == {"x:1": "ann"}

    def test_hidden_posts_come_back_under_the_new_name(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"))
        changed(store, 2, OFF)
        changed(store, 3, RENAMED)
        changed(store, 4, BACK)
        assert shown_handles(store, "from:ann") == {"x:1": "anna"}

    def test_prolific_author_is_renamed_in_bounded_steps(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(deletions, "MAX_REMOVED", 4)
        put(store, 1, *[post(n, "hers", handle="ann") for n in range(20, 31)])
        changed(store, 2, RENAMED, at_most=4)
        assert set(shown_handles(store, "from:ann").values()) == {"anna"}
        assert len(shown_handles(store, "from:anna")) == 11


def changed(store: Store, seq: int, *changes: AccountChange, at_most: int = 100) -> Persisted:
    """Persist account changes until nothing is left, and return all that is to be published."""
    writes = Writes(account_changes=changes)
    done = whole = store.persist(writes, seq)
    while done.left:
        assert len(done.withdrawn) <= at_most
        assert len([entry for entry in done.entries if entry.before is None]) <= at_most, (
            "besides reposts described anew"
        )
        done = store.persist(replace(writes, continued=True), seq)
        whole = whole.plus(done)
    return whole


def replace_time(change: AccountChange, at: int, **fields: object) -> AccountChange:
    """Return a change at another time."""
    return msgspec.structs.replace(change, at=at, **fields)


def shown_handles(store: Store, text: str) -> dict[str, str]:
    """Return the handles that the matches of a search show, by id."""
    with store.reading() as reading:
        posts = [msgspec.json.decode(body) for body in reading.search(search(text), limit=99).bodies]
    return {one["id"]: one["author"]["handle"] for one in posts}
