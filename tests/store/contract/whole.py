"""What every store promises, as one class of tests: give it a `store` fixture (and `reopened`, where it can).

Subclass it in a test module; see test_memory.py and test_sqlite.py.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from pipeline.errors import QueryTimeout
from pipeline.post import AuthorDeletion, Deletion, Upsert
from pipeline.store import draft, plan
from pipeline.store.contract import Changes, CoverageRow, Store, Writes
from tests.store.builders import T0, found, ids, now_found, post, put, search

HOUR_MS = 3_600_000


class MergingContract:
    """Versions, redelivery, numbers of publication."""

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

    def test_words_that_end_lines_for_some_readers_cut_no_line(self, store: Store) -> None:
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

    def test_body_that_an_earlier_version_stored_raw_cuts_no_line(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(draft, "line_safe", lambda encoded: encoded)
        put(store, 1, post(1, "cats\u2028one"), post(2, "", repost_of="x:1"), post(3, "cats\x85", repost_of="x:9"))
        monkeypatch.undo()
        with store.reading() as reading:
            bodies = reading.search(search("cats"), limit=5).bodies
        assert len(bodies) == 3
        assert all(len(body.decode().splitlines()) == 1 for body in bodies)
        assert {msgspec.json.decode(body).get("original", {}).get("text") for body in bodies} == {None, "cats\u2028one"}

    def test_greater_version_replaces_and_tells_what_was_before(self, store: Store) -> None:
        put(store, 1, post(1, "old words"))
        (entry,) = put(store, 2, post(1, "new words", version=T0 + 50_000)).entries
        assert entry.before is not None
        assert entry.before.words == ["old", "words"]
        assert entry.document.words == ["new", "words"]
        assert (entry.post.seq, entry.post.changed) == (2, 2)
        assert now_found(store, "old") == []
        assert now_found(store, "new") == ["x:1"]

    def test_post_that_cannot_be_stored_takes_no_other_with_it(self, store: Store) -> None:
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

    def test_older_version_is_dropped(self, store: Store) -> None:
        put(store, 1, post(1, "new", version=T0 + 9_000))
        assert put(store, 2, post(1, "old", version=T0 + 8_000)).entries == []
        assert now_found(store, "new") == ["x:1"]

    def test_fresher_counts_are_accepted_after_two_seconds(self, store: Store) -> None:
        put(store, 1, post(1, "cats", likes=1, version=T0))
        assert put(store, 2, post(1, "cats", likes=2, version=T0 + 1_999)).entries == []
        (entry,) = put(store, 3, post(1, "cats", likes=5, version=T0 + 2_000)).entries
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
        assert entry.post.changed == 2, "an edit stays one, whatever comes after"

    def test_unknown_counts_keep_what_is_stored(self, store: Store) -> None:
        put(store, 1, post(1, "cats", likes=7, reposts=2, followers=50, version=T0))
        (entry,) = put(store, 2, post(1, "cats", likes=8, version=T0 + 9_000)).entries
        assert entry.document.numbers == {"likes": 8, "reposts": 2, "followers": 50}
        assert now_found(store, "cats reposts:2 followers:50 likes:8") == ["x:1"]

    def test_redelivery_is_accepted_again_with_the_greater_number(self, store: Store) -> None:
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


class OriginalsContract:
    """Reposts and quotes, which carry another post inside."""

    def test_repost_carries_its_original_and_is_found_by_its_words(self, store: Store) -> None:
        done = put(store, 1, post(1, "lovely cats", handle="ann"), post(2, repost_of="x:1"))
        repost = done.entries[1]
        assert repost.original is not None
        assert repost.original.id == "x:1"
        assert msgspec.json.decode(repost.body)["original"]["text"] == "lovely cats"
        assert now_found(store, "cats") == ["x:2", "x:1"]
        assert now_found(store, "cats is:repost reposts_from:ann") == ["x:2"]
        with store.reading() as reading:
            assert reading.posts(["x:2"])["x:2"] == repost.body

    def test_quote_carries_its_original_but_not_its_words(self, store: Store) -> None:
        put(store, 1, post(1, "lovely cats"))
        (entry,) = put(store, 2, post(2, "so true", quote_of="x:1")).entries
        assert msgspec.json.decode(entry.body)["original"]["id"] == "x:1"
        assert now_found(store, "cats") == ["x:1"]

    def test_original_shows_its_freshest_counts_inside(self, store: Store) -> None:
        put(store, 1, post(1, "cats", likes=1), post(2, repost_of="x:1"))
        done = put(store, 2, post(1, "cats", likes=900, version=T0 + 10**6))
        assert [entry.post.id for entry in done.entries] == ["x:1"], "counts touch no repost"
        with store.reading() as reading:
            repost = msgspec.json.decode(reading.posts(["x:2"])["x:2"])
        assert repost["original"]["counts"]["likes"] == 900

    def test_edited_original_takes_its_reposts_along(self, store: Store) -> None:
        put(store, 1, post(1, "cats"), post(2, repost_of="x:1"))
        done = put(store, 2, post(1, "dogs", version=T0 + 10**6))
        assert [entry.post.id for entry in done.entries] == ["x:1", "x:2"]
        repost = done.entries[1]
        assert repost.before is not None
        assert (repost.before.words, repost.document.words) == (["cats"], ["dogs"])
        assert (repost.post.changed, repost.post.seq) == (2, 2)
        assert repost.post.version > T0 + 2_000, "watchers replace by version"
        assert now_found(store, "cats") == []
        assert now_found(store, "dogs") == ["x:2", "x:1"]

    def test_reposts_of_an_edit_come_again_on_redelivery(self, store: Store) -> None:
        put(store, 1, post(1, "cats"), post(2, repost_of="x:1"))
        put(store, 2, post(1, "dogs", version=T0 + 10**6))
        done = put(store, 3, post(1, "dogs", version=T0 + 10**6))
        assert [(entry.post.id, entry.post.seq, entry.before) for entry in done.entries] == [
            ("x:1", 3, None),
            ("x:2", 3, None),
        ]

    def test_original_that_comes_late_completes_its_reposts(self, store: Store) -> None:
        put(store, 1, post(2, repost_of="x:1"))
        assert now_found(store, "cats") == []
        done = put(store, 2, post(1, "cats"))
        assert sorted(entry.post.id for entry in done.entries) == ["x:1", "x:2"]
        assert now_found(store, "cats") == ["x:2", "x:1"]

    def test_reach_counts_everyone_who_carried_it_once(self, store: Store) -> None:
        put(store, 1, post(1, "small", followers=10), post(2, "big", followers=100))
        put(store, 2, *(post(n, repost_of="x:1", handle=f"h{n % 2}", followers=60 + n % 2) for n in range(3, 7)))
        store.upkeep()
        assert now_found(store, "-is:repost is:repost OR lang:en -is:repost", sort="reach") == ["x:1", "x:2"]
        put(store, 3, post(2, "big", followers=5_000, version=T0 + 10**6))
        store.upkeep()
        assert now_found(store, "lang:en -is:repost", sort="reach") == ["x:2", "x:1"]


class WithdrawingContract:
    """Deletions: what is gone stays gone."""

    def test_deleted_post_is_gone_and_announced(self, store: Store) -> None:
        put(store, 1, post(1, "cats"), post(2, "cats"))
        done = store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
        assert (done.deleted, done.tombstoned, done.entries) == (["x:1"], ["x:1"], [])
        assert now_found(store, "cats") == ["x:2"]
        assert store.indexed() == 1
        with store.reading() as reading:
            assert reading.posts(["x:1"]) == {}
            assert reading.changes(search("cats"), after=1, gone_after=1, limit=9).tombstones == ["x:1"]

    def test_deletion_that_comes_first_wins(self, store: Store) -> None:
        done = store.persist(Writes(deletions=[Deletion("x:1", T0)]), 1)
        assert done.deleted == ["x:1"], "its tombstone is young"
        done = put(store, 2, post(1, "cats"))
        assert (done.entries, done.tombstoned, done.inserted) == ([], ["x:1"], 0)
        assert now_found(store, "*") == []

    def test_deletion_wins_within_its_batch(self, store: Store) -> None:
        done = store.persist(Writes([Upsert(post(1, "cats"))], [Deletion("x:1", T0)]), 1)
        assert (done.entries, done.tombstoned) == ([], ["x:1"])

    def test_reposts_go_with_their_original(self, store: Store) -> None:
        put(store, 1, post(1, "cats"), post(2, repost_of="x:1"), post(3, "mine", quote_of="x:1"))
        done = store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
        assert sorted(done.deleted) == ["x:1", "x:2"]
        assert now_found(store, "*") == ["x:3"]
        with store.reading() as reading:
            assert "original" not in msgspec.json.decode(reading.posts(["x:3"])["x:3"])
        done = put(store, 3, post(2, repost_of="x:1"), post(4, repost_of="x:1"))
        assert done.entries == []
        assert sorted(done.tombstoned) == ["x:2", "x:4"]

    def test_withdrawn_account_takes_its_posts_along(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"), post(2, "cats"), post(3, "cats", handle="ann"))
        gone = AuthorDeletion("x", "id-ann", T0 + 10_000)
        done = store.persist(Writes(author_deletions=[gone]), 2)
        assert sorted(done.deleted) == ["x:1", "x:3"]
        assert now_found(store, "cats") == ["x:2"]
        assert put(store, 3, post(5, "cats", handle="ann")).entries == [], "said before the account went"
        assert len(put(store, 4, post(50, "back", handle="ann")).entries) == 1, "it came back and speaks"

    def test_withdrawal_takes_a_bounded_number_along_at_a_time_and_all_in_the_end(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(plan, "MAX_REMOVED", 4)
        viral = [post(n, repost_of="x:1") for n in range(2, 13)]
        hers = [post(n, "hers", handle="ann") for n in range(20, 31)]
        carried = [post(n, repost_of="x:25") for n in range(40, 46)]
        put(store, 1, post(1, "cats"), *viral, *hers, *carried, post(50, "dogs"), post(51, "mine", quote_of="x:1"))
        assert _withdrawn_by(store, Writes(deletions=[Deletion("x:1", T0)]), 2) == [f"x:{n}" for n in range(1, 13)]
        gone = AuthorDeletion("x", "id-ann", T0 + 10**8)
        first = store.persist(Writes(author_deletions=[gone]), 3)
        assert first.left, "and a worker died: the batch comes again"
        told = sorted({*first.deleted, *_withdrawn_by(store, Writes(author_deletions=[gone]), 4)}, key=_number)
        assert told == [f"x:{n}" for n in (*range(20, 31), *range(40, 46))]
        assert now_found(store, "*") == ["x:51", "x:50"]
        assert put(store, 5, *viral, *hers).entries == []

    def test_forgotten_account_never_returns(self, store: Store) -> None:
        put(store, 1, post(1, "cats", handle="ann"), post(2, "cats", repost_of="x:1"), post(3, "cats", quote_of="x:1"))
        done = store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-ann", 2**53 - 1, forgotten=True)]), 2)
        assert sorted(done.deleted) == ["x:1", "x:2"]
        done = put(store, 3, post(90, "later cats", handle="ann"), post(91, repost_of="x:90"), post(92, "dogs"))
        assert [entry.post.id for entry in done.entries] == ["x:92"], "nor a repost that brings a post of it"
        store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-ann", T0)]), 4)
        store.upkeep()
        assert put(store, 5, post(93, "still cats", handle="ann")).entries == []
        assert now_found(store, "*") == ["x:92", "x:3"]

    def test_repost_goes_with_a_refused_original_wherever_that_stands_in_the_batch(self, store: Store) -> None:
        store.persist(Writes(author_deletions=[AuthorDeletion("x", "id-ann", T0 + 10_000)]), 1)
        done = put(store, 2, post(3, repost_of="x:2"), post(2, "cats", handle="ann"), post(4, repost_of="x:2"))
        assert done.entries == []
        assert sorted(done.tombstoned) == ["x:2", "x:3", "x:4"]
        assert now_found(store, "*") == []

    def test_account_forgotten_until_now_may_speak_again(self, store: Store) -> None:
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
            assert reading.changes(search("*"), after=2, gone_after=2, limit=9).tombstones == ["x:1"]


class ReadingContract:
    """Pages, orders, what changed, views that stand still."""

    def test_newest_come_first_and_pages_follow_on(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats") for number in range(25)))
        with store.reading() as reading:
            pages, before = [], None
            while True:
                page = reading.search(search("cats"), limit=10, before=before)
                pages.append(ids(page.bodies))
                before = page.next
                if before is None:
                    break
        assert [len(page) for page in pages] == [10, 10, 5]
        assert [one for page in pages for one in page] == [f"x:{number}" for number in reversed(range(25))]

    def test_posts_of_one_millisecond_stand_as_they_came_and_pages_cover_each_once(self, store: Store) -> None:
        batches = [[post(at * 60 + n, "cats", created_at=T0, likes=n % 3) for n in range(60)] for at in range(6)]
        for seq, batch in enumerate(batches, 1):
            put(store, seq, *batch)
        put(store, 7, post(7_000, "cats", created_at=T0 - 1), post(7_001, "cats", created_at=T0 + 1))
        store.persist(Writes(deletions=[Deletion("x:359", T0), Deletion("x:180", T0)]), 8)
        put(
            store,
            9,
            post(100, "cats edited", created_at=T0 + 5, version=T0 + 10**7),
            post(7_002, "cats", created_at=T0),
        )
        kept = [n for n in range(360) if n not in (359, 180)]
        newest = [f"x:{n}" for n in (7_001, 7_002, *reversed(kept), 7_000)]
        liked = sorted((n for n in kept if n != 100), key=lambda n: (n % 3, n), reverse=True)
        by_likes = [f"x:{n}" for n in liked] + [f"x:{n}" for n in (7_001, 7_002, 7_000)]
        by_likes.insert(by_likes.index("x:97"), "x:100")
        for sort, wanted in (("latest", newest), ("likes", by_likes)):
            paged, before = list[str](), None
            while True:
                with store.reading() as reading:
                    page = reading.search(search("cats"), limit=7, before=before, sort=sort)  # type: ignore[arg-type]
                paged += ids(page.bodies)
                if (before := page.next) is None:
                    break
                if len(paged) == 70:
                    put(store, 10, post(7_003 + len(sort), "cats", created_at=T0))
            assert [one for one in paged if one not in ("x:7008", "x:7009")] == wanted, sort
        with store.reading() as reading:
            exported = ids(list(reading.export(search("cats"))))
            assert [one for one in exported if one not in ("x:7008", "x:7009")] == newest
            assert reading.timeline(search("cats"), interval_ms=1_000, since=T0, until=T0 + 1).total == 361

    def test_full_last_page_has_no_next(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats") for number in range(10)))
        with store.reading() as reading:
            assert reading.search(search("cats"), limit=10).next is None

    def test_paging_covers_every_post_once_while_others_arrive(self, store: Store) -> None:
        rng = random.Random(1)
        numbers = rng.sample(range(1_000), 200)
        put(store, 1, *(post(number, "cats") for number in numbers))
        seen: list[str] = []
        before, seq = None, 2
        while True:
            with store.reading() as reading:
                page = reading.search(search("cats"), limit=17, before=before)
            seen += ids(page.bodies)
            before = page.next
            if before is None:
                break
            put(store, seq, *(post(2_000 + seq * 10 + n, "cats") for n in range(5)), post(3_000 - seq, "cats"))
            seq += 1
        assert seen == [f"x:{number}" for number in sorted(numbers, reverse=True)]

    @pytest.mark.parametrize("sort", ["followers", "reposts", "likes", "replies", "reach"])
    def test_orders_rank_by_number_and_page_on(self, store: Store, sort: Any) -> None:
        field = "followers" if sort == "reach" else sort
        numbers = [5, None, 70, 5, 0, 12, 70, None]
        put(store, 1, *(post(n, "cats", **({} if v is None else {field: v})) for n, v in enumerate(numbers)))
        wanted = sorted(range(8), key=lambda n: (-1 if numbers[n] is None else numbers[n], n), reverse=True)
        seen: list[str] = []
        before = None
        with store.reading() as reading:
            for _ in range(8):
                page = reading.search(search("cats"), limit=3, sort=sort, before=before)
                seen += ids(page.bodies)
                before = page.next
                if before is None:
                    break
        assert seen == [f"x:{n}" for n in wanted]

    @pytest.mark.parametrize(
        "before",
        [
            "",
            "x",
            "latest",
            "latest.zz.1",
            "followers.1.2",
            "la.1.2",
            "latest.1",
            "latest.0." + "f" * 99,
            "latest.0.-1",
            "latest.0.ffffffffffffffff",
            "latest.-ffffffffffffffff.0",
            "latest.0x1.1",
            "latest.1_0.1",
            " latest.1.1",
            "latest.1.1\n",
            "latest.\u0661.1",
        ],
    )
    def test_strange_page_token_is_refused(self, store: Store, before: str) -> None:
        with store.reading() as reading, pytest.raises(ValueError, match=r"next|int"):
            reading.search(search("cats"), limit=3, before=before)

    def test_span_of_time_includes_since_and_excludes_until(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats") for number in range(5)))
        span = {"since": T0 + 1_000, "until": T0 + 3_000}
        assert now_found(store, "cats", **span) == ["x:2", "x:1"]
        with store.reading() as reading:
            assert reading.count(search("cats"), **span) == 2
            assert reading.count(search("*"), **span) == 2
            assert reading.timeline(search("*"), interval_ms=1_000, **span).buckets == [
                (T0 + 1_000, 1),
                (T0 + 2_000, 1),
            ]

    def test_view_stands_still(self, store: Store) -> None:
        put(store, 1, post(1, "cats"))
        with store.reading() as reading:
            put(store, 2, post(2, "cats"))
            store.persist(Writes(deletions=[Deletion("x:1", T0)]), 3)
            assert found(reading, "cats") == ["x:1"]
            assert reading.count(search("*")) == 1
        assert now_found(store, "cats") == ["x:2"]

    def test_changes_tell_what_came_what_went_and_what_was_withdrawn(self, store: Store) -> None:
        put(store, 10, post(1, "cats"), post(2, "cats"), post(3, "cats"), post(4, "dogs"))
        put(store, 20, post(5, "cats"), post(2, "dogs", version=T0 + 10**6))
        store.persist(Writes(deletions=[Deletion("x:3", T0)]), 30)
        with store.reading() as reading:
            changes = reading.changes(search("cats"), after=10, gone_after=10, limit=10)
            assert ids(changes.bodies) == ["x:5"]
            assert changes.gone == [("x:2", T0 + 10**6)]
            assert changes.tombstones == ["x:3"]
            assert not changes.overflow
            assert ids(reading.changes(search("cats"), after=0, gone_after=0, limit=10).bodies) == ["x:5", "x:1"]
            later = reading.changes(search("cats"), after=20, gone_after=20, limit=10)
            assert (later.bodies, later.gone, later.tombstones) == ([], [], ["x:3"])
            assert (reading.withdrawn(29, limit=9), reading.withdrawn(30, limit=9)) == (["x:3"], [])
            early = reading.changes(search("cats"), after=0, gone_after=0, limit=10, until=10)
            assert (ids(early.bodies), early.gone, early.tombstones) == (["x:1"], [], [])
            assert reading.withdrawn(0, limit=9, until=29) == []

    def test_changes_say_when_there_are_too_many(self, store: Store) -> None:
        put(store, 2, *(post(number, "cats") for number in range(20)), post(99, "dogs"))
        with store.reading() as reading:
            changes = reading.changes(search("cats"), after=1, gone_after=1, limit=19)
            assert (changes.overflow, changes.bodies) == (True, [])
            assert len(reading.changes(search("cats"), after=1, gone_after=1, limit=20).bodies) == 20

    def test_changes_say_when_too_many_went(self, store: Store) -> None:
        numbers = range(20)
        put(store, 2, *(post(number, "cats") for number in numbers))
        put(store, 3, *(post(number, "mice", version=T0 + 10**6) for number in numbers))
        with store.reading() as reading:
            for text in ("birds", "mice", '"mice mice"~3'):
                told = reading.changes(search(text), after=2**63 - 1, gone_after=2, limit=19)
                assert told == Changes(overflow=True), "whether they match or not"
                assert reading.changes(search(text), after=2**63 - 1, gone_after=3, limit=19) == Changes()
                assert reading.changes(search(text), after=2**63 - 1, gone_after=2, limit=19, until=2) == Changes()
            gone = reading.changes(search("birds"), after=2**63 - 1, gone_after=2, limit=20).gone
            assert sorted(gone) == sorted((f"x:{number}", T0 + 10**6) for number in numbers)

    def test_changes_say_when_too_many_were_withdrawn(self, store: Store) -> None:
        put(store, 2, *(post(number, "cats") for number in range(20)))
        store.persist(Writes(deletions=[Deletion(f"x:{number}", T0) for number in range(20)]), 3)
        with store.reading() as reading:
            assert reading.changes(search("cats"), after=2, gone_after=2, limit=19) == Changes(overflow=True)
            told = reading.changes(search("cats"), after=2, gone_after=2, limit=20)
            assert (len(told.tombstones), told.overflow) == (20, False)
            assert len(reading.withdrawn(2, limit=5)) == 5

    def test_steps_of_changes_hold_so_many_and_nothing_slips_between_them(self, store: Store) -> None:
        for number in range(12):
            put(store, 10 + number // 2, post(number, "cats"))
        for number in range(0, 12, 3):
            put(store, 30 + number, post(number, "dogs", version=T0 + 10**6))
        store.persist(Writes(deletions=[Deletion(f"x:{number}", T0) for number in (1, 2, 4)]), 50)
        store.persist(Writes(deletions=[Deletion("x:5", T0)]), 51)
        with store.reading() as reading:
            assert reading.stride(0, limit=3) == 14, "x:7, x:8; one of 15 would still fit, and not the other"
            assert reading.stride(0, limit=4) == 29
            assert reading.stride(0, limit=3, changed=True) == 38
            assert reading.stride(38, limit=2) == 50, "a number that alone is too much is one step"
            assert reading.stride(50, limit=2) is None
            seen, mark, steps = list[str](), 0, 0
            while True:
                until = reading.stride(mark, limit=3)
                step = reading.changes(search("*"), after=mark, gone_after=mark, limit=3, until=until or 10**6)
                assert not step.overflow
                seen += [*ids(step.bodies), *step.tombstones]
                steps += 1
                if until is None:
                    break
                assert until > mark
                mark = until
        assert sorted(seen) == sorted(f"x:{number}" for number in range(12))
        assert steps >= 4

    def test_export_gives_every_match_newest_first(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats" if number % 3 else "dogs") for number in range(1_500)))
        with store.reading() as reading:
            exported = ids(list(reading.export(search("cats"))))
        assert exported == [f"x:{number}" for number in reversed(range(1_500)) if number % 3]

    def test_search_out_of_time_is_stopped(self, store: Store) -> None:
        put(store, 1, *(post(number, "ice and then some cream") for number in range(500)))
        with store.reading(timeout_s=0.0) as reading, pytest.raises(QueryTimeout):
            reading.search(search('"cream ice"~5 -"and then"~9'), limit=10)
        assert now_found(store, "ice", limit=1) == ["x:499"], "the next one is served"


class CountingContract:
    """Counts, time lines, tops, coverage."""

    def test_timeline_counts_every_match(self, store: Store) -> None:
        put(store, 1, *(post(n, "cats" if n % 2 else "dogs", created_at=T0 + n * 90_000) for n in range(100)))
        put(store, 2, post(100, "cats", created_at=T0 - 10))
        with store.reading() as reading:
            for text, total in (("cats", 51), ("*", 101), ("cats OR likes:1", 51), ('"cats"~2', 51), ("-dogs *", 51)):
                line = reading.timeline(search(text))
                assert (line.total, sum(count for _, count in line.buckets)) == (total, total)
                assert reading.count(search(text)) == total
                assert all(start % line.interval_ms == 0 for start, _ in line.buckets)
            line = reading.timeline(search("cats"), interval_ms=HOUR_MS)
            assert line.since == T0 - 10
            assert 40 <= (T0 + 99 * 90_000 - line.since) // reading.timeline(search("cats")).interval_ms <= 120

    def test_timeline_of_too_many_buckets_takes_a_longer_interval(self, store: Store) -> None:
        put(store, 1, *(post(n, "cats" if n % 2 else "dogs", created_at=T0 + n * 86_400_000) for n in range(40)))
        with store.reading() as reading:
            for text, total in (("*", 40), ("cats", 20), ('"cats"~2', 20)):
                line = reading.timeline(search(text), interval_ms=1_000, max_buckets=200)
                assert line.total == total == sum(count for _, count in line.buckets)
                assert line.interval_ms == 6 * HOUR_MS, "the finest that gives so few"
                assert (line.until - line.since) // line.interval_ms + 2 <= 200
                assert all(start % line.interval_ms == 0 for start, _ in line.buckets)
            fine = reading.timeline(search("*"), interval_ms=HOUR_MS, max_buckets=1_000)
            assert fine.interval_ms == HOUR_MS
            span = {"since": 0, "until": T0 + 86_400_000}
            asked = reading.timeline(search("*"), interval_ms=1_000, max_buckets=200, **span)
            assert asked.total == 1
            assert asked.interval_ms >= (T0 + 86_400_000) // 200

    def test_timeline_of_nothing_is_empty(self, store: Store) -> None:
        with store.reading() as reading:
            line = reading.timeline(search("cats"), since=T0, until=T0 + 10)
            assert (line.buckets, line.total, line.since, line.until) == ([], 0, T0, T0 + 10)

    def test_counts_of_everything_follow_deletions_and_pruning(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats", created_at=T0 + number * 45_000) for number in range(20)))
        store.persist(Writes(deletions=[Deletion("x:7", T0)]), 2)
        store.prune(before_ms=T0 + 45_000 * 3, max_bytes=None)
        with store.reading() as reading:
            assert reading.count(search("*")) == 16 == store.indexed()
            assert reading.timeline(search("*"), interval_ms=60_000).total == 16
            line = reading.timeline(search("*"), interval_ms=120_000, since=T0 + 200_000, until=T0 + 500_000)
            assert line.total == sum(200 <= number * 45 + 0 < 500 and number != 7 for number in range(20))

    def test_tops_count_values_once_a_post(self, store: Store) -> None:
        put(
            store,
            1,
            post(1, "Lovely lovely kittens and the https://example.com/page @someone", hashtags=["Cats", "pets"]),
            post(2, "kittens again", hashtags=["cats"], lang="de", langs=["de"], handle="ann", hosts=["example.com"]),
            post(3, repost_of="x:1", handle="zoe"),
            post(4, "unrelated"),
        )
        with store.reading() as reading:

            def top(field: Any) -> dict[str, int]:
                answer = reading.top(search("kittens"), field, limit=10)
                assert (answer.counted, answer.matching) == (3, 3)
                assert (answer.since, answer.until) == (T0 + 1_000, T0 + 3_001)
                assert all(item.share == item.count / 3 for item in answer.items)
                return {item.value: item.count for item in answer.items}

            assert top("words") == {"kittens": 3, "lovely": 2}
            assert top("hashtags") == {"cats": 3, "pets": 2}
            assert top("authors") == {"bob": 1, "ann": 1, "zoe": 1}
            assert top("domains") == {"example.com": 1}
            assert top("langs") == {"en": 2, "de": 1}
            assert top("originals") == {"x:1": 1}
            assert top("links") == {}

    def test_trending_holds_what_is_new_and_never_what_is_always_common(self, store: Store) -> None:
        day = 24 * 3_600
        usual = [post(n, f"weather report number{n % 7}", created_at=T0 + n * 60_000) for n in range(1_440)]
        for start in range(0, 1_440, 240):
            put(store, start + 1, *usual[start : start + 240])
            store.upkeep()
        burst = [post(day + n, "weather earthquake", created_at=T0 + 86_400_000 + n * 5_000) for n in range(60)]
        put(store, 9_000, *burst)
        with store.reading() as reading:
            trending = reading.top(search("*"), "trending", limit=10)
            assert [item.value for item in trending.items] == ["earthquake"]
            (item,) = trending.items
            assert item.score is not None
            assert item.background is not None
            assert item.background < item.share
            words = {item.value: item.background for item in reading.top(search("*"), "words", limit=10).items}
            assert words["weather"] is not None
            assert words["weather"] > 0.9

    def test_coverage_rows_close_one_another(self, store: Store) -> None:
        store.add_coverage(CoverageRow("x", T0, None, "*", ""))
        store.add_coverage(CoverageRow("bluesky", T0 + 5, None, "cats", ""))
        store.add_coverage(CoverageRow("x", T0 + 10, None, "*", "down"))
        assert store.coverage() == [
            CoverageRow("x", T0, T0 + 10, "*", ""),
            CoverageRow("bluesky", T0 + 5, None, "cats", ""),
            CoverageRow("x", T0 + 10, None, "*", "down"),
        ]
        assert [row.since for row in store.coverage(since=T0 + 10)] == [T0 + 5, T0 + 10]
        assert [row.since for row in store.coverage(until=T0 + 5)] == [T0]

    def test_coverage_up_to_a_limit_is_what_goes_on_and_the_newest(self, store: Store) -> None:
        store.add_coverage(CoverageRow("bluesky", T0, None, "cats", ""))
        for number in range(1, 6):
            store.add_coverage(CoverageRow("x", T0 + number, T0 + number + 1, "*", "down"))
        assert [row.since - T0 for row in store.coverage(limit=3)] == [0, 4, 5]
        assert [row.since - T0 for row in store.coverage(limit=6)] == [0, 1, 2, 3, 4, 5]
        assert [row.since - T0 for row in store.coverage(limit=2, until=T0 + 3)] == [0, 2]

    def test_coverage_of_an_outage_that_was_made_good_is_as_if_there_had_been_none(self, store: Store) -> None:
        store.add_coverage(CoverageRow("x", T0, None, "*", ""))
        store.add_coverage(CoverageRow("x", T0 + 10, None, "*", "down"))
        store.add_coverage(CoverageRow("x", T0 + 10, None, "*", ""))
        assert store.coverage() == [CoverageRow("x", T0, None, "*", "")]
        store.add_coverage(CoverageRow("x", T0 + 20, None, "*", "down"))
        store.add_coverage(CoverageRow("x", T0 + 20, None, "cats", ""))
        assert store.coverage() == [
            CoverageRow("x", T0, T0 + 20, "*", ""),
            CoverageRow("x", T0 + 20, None, "cats", ""),
        ]

    def test_gap_told_afterwards_stands_beside_what_is_collected(self, store: Store) -> None:
        store.add_coverage(CoverageRow("x", T0, None, "*", ""))
        store.add_coverage(CoverageRow("x", T0 + 10, T0 + 20, "*", "too old"))
        store.add_coverage(CoverageRow("x", T0 + 20, None, "*", ""))
        assert store.coverage() == [
            CoverageRow("x", T0, None, "*", ""),
            CoverageRow("x", T0 + 10, T0 + 20, "*", "too old"),
        ]


class KeepingContract:
    """Age and size."""

    def test_pruning_by_age_takes_the_old_ones_only(self, store: Store) -> None:
        put(store, 1, *(post(number, "cats") for number in range(10)))
        assert store.prune(before_ms=T0 + 4_000, max_bytes=None) == 4
        assert now_found(store, "cats") == [f"x:{number}" for number in reversed(range(4, 10))]
        assert store.prune(before_ms=T0 + 4_000, max_bytes=None) == 0

    def test_pruning_by_size_takes_the_oldest(self, store: Store) -> None:
        rng = random.Random(2)
        for batch in range(10):
            posts = [post(batch * 300 + n, "some words") for n in range(300)]
            store.persist(Writes([Upsert(one, rng.randbytes(3_000)) for one in posts]), batch + 1)
        assert store.prune(before_ms=None, max_bytes=10**9) == 0
        removed = store.prune(before_ms=None, max_bytes=6_000_000)
        assert 0 < removed < 3_000
        kept = now_found(store, "*")
        assert kept == [f"x:{number}" for number in reversed(range(removed, 3_000))]


class StoreContract(
    MergingContract, OriginalsContract, WithdrawingContract, ReadingContract, CountingContract, KeepingContract
):
    """All of it."""


def _withdrawn_by(store: Store, writes: Writes, seq: int) -> list[str]:
    """Withdraw until nothing is left, and return the ids that were told, by number."""
    told: set[str] = set()
    done = store.persist(writes, seq)
    while True:
        assert len(done.deleted) <= plan.MAX_REMOVED + len(writes.deletions)
        assert not {*done.deleted} & {*now_found(store, "*")}
        told |= {*done.deleted}
        if not done.left:
            return sorted(told, key=_number)
        done = store.persist(replace(writes, continued=True), seq)


def _number(post_id: str) -> int:
    return int(post_id.removeprefix("x:"))
