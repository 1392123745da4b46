"""The Elasticsearch store opens once, closes its points in time, and stores what a cluster could refuse."""

from __future__ import annotations

from contextlib import suppress

import pytest

from pipeline.errors import QueryTimeout, StoreUnavailable
from pipeline.post import Deletion
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.contract import CoverageRow, Writes
from pipeline.store.elastic import ElasticStore
from pipeline.store.elastic.coverage import NEWEST_ROWS_MAX
from pipeline.store.elastic.doctor_check import examine
from tests.store.builders import T0, now_found, post, put, search
from tests.store.elastic.stores import ask, store_in

pytestmark = pytest.mark.elasticsearch


def _open_views(settings: Settings) -> int:
    answer = ask(settings, "GET", f"{settings.elasticsearch_prefix}-*", "_stats", "search")
    return int(answer["_all"]["total"]["search"]["open_contexts"])


def test_every_view_is_closed_whatever_happens_in_it(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, *(post(n, "cats") for n in range(30)))
    before = _open_views(settings)
    for _ in range(20):
        with store.reading() as reading, suppress(QueryTimeout, ValueError):
            assert _open_views(settings) > before
            reading.search(search("cats"), limit=3, before="nonsense")
        with suppress(QueryTimeout), store.reading(timeout_s=0.0) as reading:
            reading.count(search("cats"))
        with store.reading() as reading:
            next(iter(reading.export(search("cats"))))
    assert _open_views(settings) == before


def test_store_is_made_once_and_is_there_again(settings: Settings) -> None:
    with pytest.raises(StoreUnavailable, match="no store yet"):
        open_store(settings, create=False)
    with store_in(settings) as first:
        put(first, 1, post(1, "cats"))
        again = open_store(settings, create=False)
        assert again.identity == first.identity == ElasticStore(settings).identity
        assert now_found(again, "cats") == ["x:1"]
        assert all(well for well, _ in examine(settings))


def test_huge_numbers_and_ancient_times_and_long_names_are_stored(store: ElasticStore) -> None:
    long = post(4, "cats", hashtags=["t" * 40_000], handle="h" * 9_000, conversation_id="c" * 40_000)
    long.id = "x:" + "4" * 3_000
    repost = post(5, repost_of=long.id)
    put(store, 1, post(1, "cats", likes=10**30), post(2, "cats", created_at=-5), post(3, "cats", created_at=2**62))
    put(store, 2, long, repost)
    assert sorted(now_found(store, "cats")) == sorted(["x:1", "x:2", "x:3", long.id, "x:5"])
    assert now_found(store, "likes:1000000..") == ["x:1"]
    done = store.persist(Writes(deletions=[Deletion(long.id, T0)]), 3)
    assert sorted(done.deleted) == sorted([long.id, "x:5"])
    assert sorted(now_found(store, "cats")) == ["x:1", "x:2", "x:3"]


def test_old_coverage_is_moved_away_and_still_reported(store: ElasticStore) -> None:
    rows = [CoverageRow("x", T0 + n * 10, T0 + n * 10 + 5, "*", f"down {n}") for n in range(NEWEST_ROWS_MAX + 5)]
    for row in rows:
        store.add_coverage(row)
    store.add_coverage(CoverageRow("x", T0 + 10**6, None, "*", ""))
    assert store.coverage() == [*rows, CoverageRow("x", T0 + 10**6, None, "*", "")]
    assert store.coverage(until=T0 + 5) == rows[:1]


def test_kibana_sees_fields_it_can_use(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "lovely cats", hashtags=["Cats"], hosts=["a.example"], likes=3))
    answer = ask(settings, "GET", f"{settings.elasticsearch_prefix}-posts", "_field_caps", fields="*")["fields"]
    kinds = {name: next(iter(kind)) for name, kind in answer.items() if not name.startswith("_")}
    wanted = {
        "created_at": "date",
        "likes": "long",
        "followers": "long",
        "facets": "keyword",
        "post.text": "text",
        "post.lang": "keyword",
        "post.source": "keyword",
        "post.hashtags": "keyword",
        "post.hosts": "keyword",
        "post.author.handle": "keyword",
    }
    assert wanted.items() <= kinds.items()
