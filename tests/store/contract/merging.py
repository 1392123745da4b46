"""Merging of versions: redelivery, edits, fresher counts and sequence numbers."""

from __future__ import annotations

import msgspec
import pytest

from pipeline.post import Deletion, Upsert
from pipeline.store import post_json
from pipeline.store.contract import Store, Writes
from tests.store.builders import T0, nested, now_found, post, put, search


class MergingContract:
    def test_accepted_post_comes_back_as_it_was(self, store: Store) -> None:
        done = put(store, 7, post(1, "hello cats", likes=3))
        assert done.inserted == 1
        assert store.indexed() == 1
        (entry,) = done.entries
        assert (entry.post.seq, entry.post.changed, entry.before) == (7, 0, None)
        with store.reading() as reading:
            assert reading.posts(["x:1", "x:9"]) == {"x:1": entry.body}
            assert reading.search(search("cats"), limit=5).bodies == [entry.body]
        assert msgspec.json.decode(entry.body)["counts"]["likes"] == 3

    def test_characters_that_end_lines_for_some_readers_are_escaped(self, store: Store) -> None:
        odd = "cats\u2028one\u2029two\x85three\x0b\x0c\x1c\x1d\x1e\r\nfour"
        entries = put(store, 1, post(1, odd), post(2, odd, quote_of="x:1")).entries
        with store.reading() as reading:
            bodies = reading.search(search("cats"), limit=5).bodies
            bodies += [*reading.export(search("cats")), *reading.posts(["x:1", "x:2"]).values()]
        bodies += [entry.body for entry in entries]
        assert len(bodies) == 8
        for body in bodies:
            assert len(body.decode().splitlines()) == 1
            assert msgspec.json.decode(body)["text"] == odd

    def test_body_stored_unescaped_by_an_earlier_version_is_escaped(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(post_json, "escape_line_ends", lambda encoded: encoded)
        put(store, 1, post(1, "cats\u2028one"), post(2, "", repost_of="x:1"), post(3, "cats\x85", repost_of="x:9"))
        monkeypatch.undo()
        with store.reading() as reading:
            bodies = reading.search(search("cats"), limit=5).bodies
        assert len(bodies) == 3
        assert all(len(body.decode().splitlines()) == 1 for body in bodies)
        assert {msgspec.json.decode(body).get("original", {}).get("text") for body in bodies} == {None, "cats\u2028one"}

    def test_greater_version_replaces_and_reports_the_document_before(self, store: Store) -> None:
        put(store, 1, post(1, "old words"))
        (entry,) = put(store, 2, post(1, "new words", version=T0 + 50_000)).entries
        assert entry.before is not None
        assert entry.before.words == ["old", "words"]
        assert entry.document.words == ["new", "words"]
        assert (entry.post.seq, entry.post.changed) == (2, 2)
        assert now_found(store, "old") == []
        assert now_found(store, "new") == ["x:1"]

    def test_post_that_cannot_be_stored_does_not_hinder_the_others(self, store: Store) -> None:
        put(store, 1, post(4, "cats"))
        bad = [post(number, "cats", version=2**70) for number in (2, 5)]
        writes = Writes(
            [Upsert(one) for one in (post(1, "cats"), bad[0], post(3, "cats"), bad[1])], [Deletion("x:4", T0)]
        )
        done = store.persist(writes, 2)
        assert sorted(done.refused) == ["x:2", "x:5"]
        assert [entry.post.id for entry in done.entries] == ["x:1", "x:3"]
        assert (done.inserted, done.deleted) == (2, ["x:4"])
        assert now_found(store, "cats") == ["x:3", "x:1"]

    def test_batch_of_which_an_attempt_died_reports_what_another_batch_replaced_since(self, store: Store) -> None:
        put(store, 1, post(1, "new", version=T0 + 9_000))
        done = store.persist(Writes([Upsert(post(1, "old", version=T0 + 8_000))], again=True), 2)
        (entry,) = done.entries
        assert (entry.post.text, entry.post.first_seq, entry.post.seq, entry.before) == ("new", 1, 2, None)

    def test_older_version_is_dropped(self, store: Store) -> None:
        put(store, 1, post(1, "new", version=T0 + 9_000))
        assert put(store, 2, post(1, "old", version=T0 + 8_000)).entries == []
        assert now_found(store, "new") == ["x:1"]

    def test_fresher_counts_from_inside_other_posts_are_accepted_after_two_seconds(self, store: Store) -> None:
        put(store, 1, post(1, "cats", likes=1, version=T0))
        assert put(store, 2, nested(post(1, "cats", likes=2, version=T0), T0 + 1_999)).entries == []
        (entry,) = put(store, 3, nested(post(1, "cats", likes=5, version=T0), T0 + 2_000)).entries
        assert (entry.post.changed, entry.post.seq) == (1, 3)
        assert entry.before is not None
        assert entry.before.numbers == {"likes": 1}
        assert now_found(store, "cats likes:5..") == ["x:1"]
        assert now_found(store, "cats likes:..4") == []

    def test_edit_is_accepted_however_soon(self, store: Store) -> None:
        put(store, 1, post(1, "cats", version=T0))
        (entry,) = put(store, 2, post(1, "dogs", version=T0 + 1)).entries
        assert entry.post.changed == 2
        (entry,) = put(store, 3, post(1, "dogs", likes=4, version=T0 + 5_000)).entries
        assert entry.post.changed == 2, "once edited, a post stays edited"

    def test_unknown_counts_keep_what_is_stored(self, store: Store) -> None:
        put(store, 1, post(1, "cats", likes=7, reposts=2, followers=50, version=T0))
        (entry,) = put(store, 2, post(1, "cats", likes=8, version=T0 + 9_000)).entries
        assert entry.document.numbers == {"likes": 8, "reposts": 2, "followers": 50}
        assert now_found(store, "cats reposts:2 followers:50 likes:8") == ["x:1"]

    def test_redelivery_is_accepted_with_the_greater_sequence_number(self, store: Store) -> None:
        first = put(store, 5, post(1, "cats"))
        again = put(store, 9, post(1, "cats"))
        assert again.inserted == 0
        (entry,) = again.entries
        assert (entry.post.seq, entry.before) == (9, None)
        assert entry.document == first.entries[0].document
        (entry,) = put(store, 6, post(1, "cats")).entries
        assert entry.post.seq == 9
        assert store.indexed() == 1
        with store.reading() as reading:
            assert reading.posts(["x:1"]) == {"x:1": entry.body}

    def test_created_at_is_fixed_at_the_first_storing(self, store: Store) -> None:
        put(store, 1, post(1, "cats", created_at=T0))
        (entry,) = put(store, 2, post(1, "dogs", created_at=T0 - 5, version=T0 + 10**6)).entries
        assert entry.post.created_at == T0
        assert now_found(store, "dogs", since=T0, until=T0 + 1) == ["x:1"]

    def test_two_posts_of_one_moment_are_both_kept(self, store: Store) -> None:
        put(store, 1, *(post(number, "same", created_at=T0) for number in range(300)))
        put(store, 2, *(post(number, "same", created_at=T0) for number in range(300, 400)))
        assert sorted(now_found(store, "same")) == sorted(f"x:{number}" for number in range(400))

    def test_empty_batch_does_nothing(self, store: Store) -> None:
        done = store.persist(Writes(), 1)
        assert (done.entries, done.deleted, done.tombstoned, done.inserted) == ([], [], [], 0)
