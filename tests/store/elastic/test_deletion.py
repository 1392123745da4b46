"""Deleted posts leave nothing behind in a cluster: no word, no raw record, no segment, whatever a late worker wrote."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from pipeline.clock import now_ms
from pipeline.errors import StoreError
from pipeline.post import AuthorDeletion, Deletion
from pipeline.settings import Settings
from pipeline.store.contract import Writes
from pipeline.store.elastic import ElasticStore
from pipeline.store.elastic.periodic import deletion_sweep
from pipeline.store.elastic.state_documents import PROGRESS
from pipeline.store.raw_record_compression import compress
from tests.store.builders import T0, now_found, post, put
from tests.store.elastic.stores import access, ask, index_of, store_in

pytestmark = pytest.mark.elasticsearch


SECRET = "zyxwvutsecret"


PACKED_SECRET = base64.b64encode(compress(f'"{SECRET}"'.encode())).decode()


@pytest.fixture(scope="module")
def withdrawn(elasticsearch_9: str) -> Iterator[tuple[Settings, ElasticStore]]:
    """A store in which a post was deleted; when the last test runs, a while ago."""
    settings = access(elasticsearch_9)
    with store_in(settings) as store:
        put(store, 1, post(1, f"a {SECRET} word", bio=SECRET), raw=f'"{SECRET}"'.encode())
        put(store, 2, post(2, "others"), post(3, repost_of="x:1"))
        put(store, 3, post(1, f"a {SECRET} word edited", version=T0 + 10**7))
        assert SECRET.encode() in _everything(settings)
        assert PACKED_SECRET.encode() in _everything(settings)
        store.persist(Writes(deletions=[Deletion("x:1", T0)]), 4)
        yield settings, store


def _everything(settings: Settings) -> bytes:
    """Return the sources of all documents in all indices of a store."""
    ask(settings, "POST", f"{settings.elasticsearch_prefix}-*", "_refresh")
    told = ask(settings, "POST", f"{settings.elasticsearch_prefix}-*", "_search", body={"size": 1_000})
    return msgspec.json.encode(told)


def test_withdrawn_word_is_found_nowhere(withdrawn: tuple[Settings, ElasticStore]) -> None:
    settings, store = withdrawn
    told = _everything(settings)
    assert b"others" in told
    assert SECRET.encode() not in told
    assert PACKED_SECRET.encode() not in told
    body = {"query": {"multi_match": {"query": SECRET, "fields": ["words", "bio", "*"], "lenient": True}}}
    found_ = ask(settings, "POST", f"{settings.elasticsearch_prefix}-*", "_search", body=body)
    assert found_["hits"]["hits"] == []
    for index in (store.names.posts_of("2026.11"), store.names.raws_of("2026.11")):
        with pytest.raises(StoreError, match="404"):
            ask(settings, "GET", index, "_doc", "x:1")


def test_a_quote_loses_the_raw_record_that_holds_what_is_withdrawn(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats"), post(2, "so true", quote_of="x:1"), post(3, "dogs"), raw=b"{}")
    store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
    put(store, 3, post(4, "so true too", quote_of="x:1"), raw=b"{}")
    assert now_found(store, "*") == ["x:4", "x:3", "x:2"]
    ask(settings, "POST", store.names.all_raws, "_refresh")
    hits = ask(settings, "GET", store.names.all_raws, "_search")["hits"]["hits"]
    assert [hit["_id"] for hit in hits] == ["x:3"]


def test_post_that_slipped_past_its_tombstone_is_swept_away(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats"), raw=b"{}")
    index = index_of(settings, "x:1")
    held = ask(settings, "GET", index, "_doc", "x:1")["_source"]
    store.persist(Writes(deletions=[Deletion("x:1", T0)]), 2)
    ask(settings, "PUT", index, "_doc", "x:1", body=held)
    assert now_found(store, "cats") == ["x:1"]
    store.maintain()
    assert now_found(store, "cats") == []


def test_raw_record_of_a_quote_that_slipped_past_a_withdrawal_is_swept_away(
    settings: Settings, store: ElasticStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, 1, post(1, "cats"), post(5, "birds"), raw=b"{}")
    put(store, 2, post(2, "so true", quote_of="x:1"), raw=b"{}")
    put(store, 3, post(3, "so sweet", quote_of="x:5"), raw=b"{}")
    index = store.names.raws_of(store.names.period(index_of(settings, "x:2")) or "")
    held = ask(settings, "GET", index, "_doc", "x:2")["_source"]
    monkeypatch.setattr(deletion_sweep, "_TOMBSTONES_AT_ONCE", 2)
    store.persist(Writes(deletions=[Deletion(f"x:{number}", T0) for number in (1, 10, 11, 12)]), 4)
    ask(settings, "PUT", index, "_doc", "x:2", body=held)
    store.maintain()
    ask(settings, "POST", store.names.all_raws, "_refresh")
    hits = ask(settings, "GET", store.names.all_raws, "_search")["hits"]["hits"]
    assert sorted(hit["_id"] for hit in hits) == ["x:3", "x:5"]
    assert now_found(store, "*") == ["x:5", "x:3", "x:2"]


def test_withdrawn_account_takes_all_posts_of_a_millisecond_along(store: ElasticStore) -> None:
    for seq, start in enumerate(range(0, 1_200, 400), 1):
        put(store, seq, *(post(n, "cats", created_at=T0) for n in range(start, start + 400)))
    gone = Writes(author_deletions=[AuthorDeletion("x", "id-bob", T0 + 10**8)])
    told = list[str]()
    done = store.persist(gone, 9)
    while done.left:
        told += done.deleted
        done = store.persist(replace(gone, continued=True), 9)
    assert sorted([*told, *done.deleted]) == sorted(f"x:{n}" for n in range(1_200))
    assert now_found(store, "*") == []


def test_withdrawn_post_leaves_the_segments_on_disk(withdrawn: tuple[Settings, ElasticStore]) -> None:
    """A shard releases a deleted document after half a minute; then the request of maintenance takes effect."""
    settings, store = withdrawn
    both = f"{store.names.all_posts},{store.names.all_raws}"
    for _ in range(90):
        store._maintenance.run(now_ms() + 7 * 3_600_000)
        if not ask(settings, "GET", both, "_stats", "docs")["_all"]["primaries"]["docs"]["deleted"]:
            return
        ask(settings, "DELETE", store.names.state, "_doc", PROGRESS)  # as if six hours were over
        time.sleep(0.5)
    pytest.fail("maintenance never had the segments rewritten")
