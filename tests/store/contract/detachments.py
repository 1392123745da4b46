"""Detachments of quotes: a quote that was taken back is shown, found and exported no more, in whatever order it came."""

from __future__ import annotations

import msgspec
import pytest

from pipeline.post import QuoteDetachment, Upsert
from pipeline.store.contract import Store, Writes
from tests.store.builders import T0, now_found, post, put, search

DETACHED = Writes(detachments=[QuoteDetachment("x:2", "x:1")])
ATTACHED = Writes(detachments=[QuoteDetachment("x:2", "x:1", attached=True)])


class DetachmentsContract:
    def test_detached_quote_is_neither_shown_nor_found_nor_kept(self, store: Store) -> None:
        put(store, 1, post(1, "cats"), post(2, "so true", quote_of="x:1"), raw=b"the quoted words")
        (entry,) = store.persist(DETACHED, 2).entries
        assert entry.before is not None
        assert "quote_of:x:1" in entry.before.facets
        assert (entry.post.quote_of, entry.post.detached_quote, entry.post.seq) == ("", "x:1", 2)
        assert entry.post.version > T0 + 2_000, "clients replace posts by version"
        assert now_found(store, "quote_of:x:1") == []
        assert now_found(store, "true") == ["x:2"]
        with store.reading() as reading:
            assert "original" not in msgspec.json.decode(reading.posts(["x:2"])["x:2"])
            assert "original" not in msgspec.json.decode(next(iter(reading.export(search("true")))))
        kept = {row.sort_key: row.raw for rows in store.copy_access().posts() for row in rows}
        assert sorted(kept.values()) == [b"", b"the quoted words"], "the quoted post keeps its own record"

    @pytest.mark.parametrize("together", [False, True])
    def test_detachment_that_comes_first_is_remembered(self, store: Store, together: bool) -> None:
        quote = Upsert(post(2, "so true", quote_of="x:1"), b"the quoted words")
        if together:
            store.persist(Writes([quote], detachments=DETACHED.detachments), 1)
        else:
            assert store.persist(DETACHED, 1).entries == []
            store.persist(Writes([quote]), 2)
        put(store, 3, post(2, "edited", quote_of="x:1", version=T0 + 10**6))
        assert now_found(store, "quote_of:x:1") == []
        assert now_found(store, "edited") == ["x:2"]

    def test_later_copies_of_the_quoting_post_do_not_bring_it_back(self, store: Store) -> None:
        put(store, 1, post(2, "so true", quote_of="x:1"))
        store.persist(DETACHED, 2)
        put(store, 3, post(2, "so true", quote_of="x:1"))
        put(store, 4, post(2, "so true", quote_of="x:1", version=T0 + 10**6))
        assert now_found(store, "quote_of:x:1") == []
        put(store, 5, post(2, "now another", quote_of="x:3", version=T0 + 10**7))
        assert now_found(store, "quote_of:x:3") == ["x:2"]

    def test_redelivered_detachment_is_published_again(self, store: Store) -> None:
        put(store, 1, post(2, "so true", quote_of="x:1"))
        store.persist(DETACHED, 2)
        (entry,) = store.persist(DETACHED, 3).entries
        assert (entry.post.quote_of, entry.post.seq, entry.before) == ("", 3, None)

    def test_quote_that_is_attached_again_is_shown_again(self, store: Store) -> None:
        put(store, 1, post(1, "cats"), post(2, "so true", quote_of="x:1"))
        store.persist(DETACHED, 2)
        (entry,) = store.persist(ATTACHED, 3).entries
        assert msgspec.json.decode(entry.body)["original"]["id"] == "x:1"
        assert now_found(store, "quote_of:x:1") == ["x:2"]
        put(store, 4, post(2, "edited", quote_of="x:1", version=T0 + 10**6))
        assert now_found(store, "quote_of:x:1 edited") == ["x:2"]

    def test_detachment_of_another_quote_changes_nothing(self, store: Store) -> None:
        put(store, 1, post(2, "so true", quote_of="x:1"))
        assert store.persist(Writes(detachments=[QuoteDetachment("x:2", "x:7")]), 2).entries == []
        assert now_found(store, "quote_of:x:1") == ["x:2"]
        with store.reading() as reading:
            changes = reading.changes(search("*"), after=1, removed_after=1, limit=9)
        assert (changes.bodies, changes.tombstones) == ([], []), "nobody is told of the tombstone of a quote"
