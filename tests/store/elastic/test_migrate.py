"""A store of another program version is refused, migrated, or read on; a stopped migration starts anew."""

from __future__ import annotations

import pytest

from pipeline.errors import StoreMismatch
from pipeline.settings import Settings
from pipeline.store import migrate, open_store, sort_key
from pipeline.store.elastic import ElasticStore
from pipeline.store.elastic.cluster.client import client_of
from tests.store.builders import T0, ids, now_found, post, put, search
from tests.store.elastic.stores import ask, found, index_of

pytestmark = pytest.mark.elasticsearch


def test_store_of_another_analyser_is_indexed_again_by_migrate_only(settings: Settings, store: ElasticStore) -> None:
    put(
        store,
        1,
        post(1, "lovely cats"),
        post(2, repost_of="x:1"),
        post(3, "dogs", likes=4, created_at=1_500_000_000_000),
    )
    index = index_of(settings, "x:1")
    ask(settings, "POST", index, "_update", "x:1", body={"doc": {"words": "otherwise"}})
    ask(settings, "POST", store.names.state, "_update", "meta", body={"doc": {"analyser": "0/older"}})
    with pytest.raises(StoreMismatch, match="murmur migrate"):
        open_store(settings)
    migrate(settings)
    migrated = ElasticStore(settings)
    assert migrated.identity == store.identity
    assert now_found(migrated, "cats") == ["x:2", "x:1"]
    assert now_found(migrated, "otherwise") == []
    assert now_found(migrated, "dogs likes:4") == ["x:3"]
    assert index not in found(client_of(settings), settings.elasticsearch_prefix), "the old ones are gone"
    put(migrated, 2, post(1, "dogs", version=T0 + 10**6))
    assert now_found(migrated, "dogs") == ["x:2", "x:1", "x:3"]


def test_migration_that_was_stopped_is_begun_anew(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats"))
    ask(settings, "POST", store.names.state, "_update", "meta", body={"doc": {"analyser": "0/older"}})
    ask(
        settings,
        "PUT",
        f"{store.names.posts}-2-2026.11",
        body={"mappings": {"properties": {"words": {"type": "long"}}}},
    )
    migrate(settings)
    assert now_found(ElasticStore(settings), "cats") == ["x:1"]


def test_store_of_a_newer_program_is_left_alone(settings: Settings, store: ElasticStore) -> None:
    ask(settings, "POST", store.names.state, "_update", "meta", body={"doc": {"schema": 99}})
    with pytest.raises(StoreMismatch):
        migrate(settings)


def test_store_of_a_program_that_knew_no_arrivals_is_read_and_written_on(
    settings: Settings, store: ElasticStore
) -> None:
    put(store, 1, *(post(n, "cats", created_at=T0, likes=1) for n in range(4)))
    _make_old(settings, store)
    before = ElasticStore(settings, create=False)
    assert sorted(now_found(before, "cats")) == ["x:0", "x:1", "x:2", "x:3"], "it is read before it is upgraded"
    again = ElasticStore(settings)
    put(again, 2, *(post(n, "cats", created_at=T0, likes=1) for n in (10, 11, 12)))
    put(again, 3, post(1, "cats edited", version=T0 + 10**7, created_at=T0, likes=1))
    for sort in ("latest", "likes"):
        for limit in (2, 3):
            paged: list[str] = []
            page_after = None
            while True:
                with again.reading() as reading:
                    page = reading.search(search("cats"), limit=limit, before=page_after, sort=sort)
                paged += ids(page.bodies)
                page_after = page.next
                if page_after is None:
                    break
            assert paged[:3] == ["x:12", "x:11", "x:10"]
            assert sorted(paged[3:]) == ["x:0", "x:1", "x:2", "x:3"], "two of them share a place"
    held = [one.sort_key for some in again.copy_access().posts(at_once=2) for one in some]
    assert (held, len(held)) == (sorted(held), 7)
    assert now_found(ElasticStore(settings), "edited") == ["x:1"]


def _make_old(settings: Settings, store: ElasticStore) -> None:
    """Turn a store into that of an older program version, which ordered posts of one millisecond by their ids."""
    index = index_of(settings, "x:0")
    mapping = ask(settings, "GET", index, "_mapping")[index]["mappings"]
    del mapping["properties"]["arrival"]
    old = [hit["_source"] for hit in ask(settings, "GET", index, "_search")["hits"]["hits"]]
    ask(settings, "DELETE", index)
    ask(settings, "PUT", index, body={"mappings": mapping, "aliases": {store.names.posts: {}}})
    for row in old:
        del row["arrival"]
        number = int(row["post"]["id"].removeprefix("x:"))
        row["place"] = sort_key.floor(T0) + (7, 9, 9, 4_000)[number]
        ask(settings, "PUT", index, "_doc", f"x:{number}", body=row)
    ask(settings, "POST", store.names.state, "_update", "meta", body={"doc": {"order": 0}})
