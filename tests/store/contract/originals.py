"""Reposts and quotes, which carry another post inside, and reach."""

from __future__ import annotations

import msgspec

from pipeline.store.contract import Store
from tests.store.builders import T0, now_found, post, put


class OriginalsContract:
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

    def test_edited_original_touches_its_reposts(self, store: Store) -> None:
        put(store, 1, post(1, "cats"), post(2, repost_of="x:1"))
        done = put(store, 2, post(1, "dogs", version=T0 + 10**6))
        assert [entry.post.id for entry in done.entries] == ["x:1", "x:2"]
        repost = done.entries[1]
        assert repost.before is not None
        assert (repost.before.words, repost.document.words) == (["cats"], ["dogs"])
        assert (repost.post.changed, repost.post.seq) == (2, 2)
        assert repost.post.version > T0 + 2_000, "clients replace posts by version"
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

    def test_reach_counts_every_reposter_once(self, store: Store) -> None:
        put(store, 1, post(1, "small", followers=10), post(2, "big", followers=100))
        put(store, 2, *(post(n, repost_of="x:1", handle=f"h{n % 2}", followers=60 + n % 2) for n in range(3, 7)))
        store.maintain()
        assert now_found(store, "-is:repost is:repost OR lang:en -is:repost", sort="reach") == ["x:1", "x:2"]
        put(store, 3, post(2, "big", followers=5_000, version=T0 + 10**6))
        store.maintain()
        assert now_found(store, "lang:en -is:repost", sort="reach") == ["x:2", "x:1"]
