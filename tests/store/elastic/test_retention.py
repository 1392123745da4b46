"""Retention drops whole months, removes single posts oldest first, and forgets their locators."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from pipeline.post import Deletion, Upsert
from pipeline.settings import Settings
from pipeline.store.contract import Store, Writes
from pipeline.store.elastic import ElasticStore
from pipeline.store.elastic.cluster.client import client_of
from tests.store.builders import T0, now_found, post, put, search
from tests.store.elastic.stores import ask, found

pytestmark = pytest.mark.elasticsearch


def test_months_wholly_past_go_by_dropping_their_index(settings: Settings, store: ElasticStore) -> None:
    old = [post(n, "cats", created_at=1_500_000_000_000 + n) for n in range(5)]  # 2017
    put(store, 1, *old, post(9, "cats", created_at=1_560_000_000_000), post(10, "cats"), raw=b"{}")
    names = found(client_of(settings), settings.elasticsearch_prefix)
    assert store.names.posts_of("2017") in names
    assert store.names.raws_of("2017") in names
    assert store.prune(before_ms=1_555_000_000_000, max_bytes=None) == 5
    names = found(client_of(settings), settings.elasticsearch_prefix)
    assert store.names.posts_of("2017") not in names
    assert store.names.raws_of("2017") not in names
    assert store.names.posts_of("2019") in names
    assert now_found(store, "cats") == ["x:10", "x:9"]
    assert store.prune(before_ms=T0 + 10**7, max_bytes=None) == 2
    assert now_found(store, "cats") == []
    put(store, 2, *old[:1], post(10, "cats again"))
    assert now_found(store, "cats") == ["x:10", "x:0"], "what was pruned can come again"


def test_locators_of_pruned_posts_are_forgotten_too(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats", created_at=1_500_000_000_000), post(2, repost_of="x:1", created_at=1_500_000_000_001))
    put(store, 2, post(3, repost_of="x:77", created_at=1_500_000_000_002), post(4, repost_of="x:78"), post(5, "dogs"))
    store.persist(Writes(deletions=[Deletion("x:5", T0)]), 3)
    assert store.prune(before_ms=1_600_000_000_000, max_bytes=None) == 3
    ask(settings, "POST", store.names.state, "_refresh")
    hits = ask(settings, "POST", store.names.state, "_search", body={"size": 100})["hits"]["hits"]
    known = sorted(hit["_id"] for hit in hits if hit["_id"].startswith("p:"))
    assert known == ["p:x:4", "p:x:5", "p:x:78"], "those that are there, a tombstone, and an original still awaited"


def test_pruning_by_size_drops_the_oldest_first(settings: Settings, store: ElasticStore) -> None:
    rng = random.Random(4)
    for year, at_ in enumerate((1_500_000_000_000, 1_530_000_000_000, 1_795_000_000_000)):
        made = [post(year * 100 + n, "cats", created_at=at_ + n) for n in range(40)]
        store.persist(Writes([Upsert(one, rng.randbytes(20_000)) for one in made]), year + 1)
    assert store.prune(before_ms=None, max_bytes=10**9) == 0
    assert store.prune(before_ms=None, max_bytes=1_500_000) >= 40
    names = found(client_of(settings), settings.elasticsearch_prefix)
    assert store.names.posts_of("2017") not in names
    kept = now_found(store, "cats")
    assert kept[:40] == [f"x:{n}" for n in range(239, 199, -1)]
    assert kept == sorted(kept, key=lambda post_id: -int(post_id[2:])), "none older than one that went"


def test_posts_beyond_retention_are_invisible_at_once(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats", created_at=10), post(2, "cats", created_at=2**42))
    reader: Store = ElasticStore(replace(settings, retention_days=1))
    assert now_found(store, "cats") == ["x:2", "x:1"]
    for text in ("cats", "*", "cats -dogs", "lang:en", "cats OR likes:1", '"cats"~3'):
        assert now_found(reader, text) == ["x:2"]
        assert now_found(reader, text, sort="likes") == ["x:2"]
    with reader.reading() as reading:
        assert reading.posts(["x:1"]) == {}
        assert reading.count(search("*")) == 1
        assert reading.timeline(search("*")).total == 1
        assert len(list(reading.export(search("cats")))) == 1
        assert len(reading.changes(search("cats"), after=0, removed_after=0, limit=9).bodies) == 1
        assert reading.top(search("*"), "langs", limit=9).counted == 1


def test_pruning_takes_all_posts_of_a_millisecond(store: ElasticStore) -> None:
    for seq, start in enumerate(range(0, 2_200, 550), 1):
        put(store, seq, *(post(n, "cats", created_at=T0) for n in range(start, start + 550)))
    put(store, 9, post(9_999, "newest", created_at=T0 + 1))
    assert sum(iter(lambda: store.prune(before_ms=T0 + 1, max_bytes=None), 0)) == 2_200  # each call takes two seconds
    assert now_found(store, "*") == ["x:9999"]
