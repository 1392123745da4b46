"""A cluster that refuses a post, takes no writes or answers late costs no other post."""

from __future__ import annotations

import pytest

from pipeline.errors import StoreUnavailable
from pipeline.settings import Settings
from pipeline.store.elastic import ElasticStore
from tests.store.builders import now_found, post, put
from tests.store.elastic.stores import ask

pytestmark = pytest.mark.elasticsearch


def test_post_the_server_cannot_store_is_named_and_the_others_are_stored(
    settings: Settings, store: ElasticStore
) -> None:
    ask(settings, "PUT", store.names.posts_of("2015"), body={"mappings": {"properties": {"reach": {"type": "ip"}}}})
    bad = post(2, "dogs", created_at=1_430_000_000_000, followers=5)
    done = put(store, 1, post(1, "cats"), bad, post(3, "cats"))
    assert [entry.post.id for entry in done.entries] == ["x:1", "x:3"]
    assert list(done.refused) == ["x:2"]
    assert "cannot store x:2: " in done.refused["x:2"]
    assert now_found(store, "*") == ["x:3", "x:1"]
    assert list(put(store, 2, bad).refused) == ["x:2"]
    assert len(put(store, 3, post(1, "cats"), post(3, "cats")).entries) == 2


def test_cluster_that_takes_no_writes_is_an_outage_and_nothing_is_lost(settings: Settings, store: ElasticStore) -> None:
    put(store, 1, post(1, "cats"))
    everything = f"{settings.elasticsearch_prefix}-*"
    ask(settings, "PUT", everything, "_settings", body={"index.blocks.read_only_allow_delete": True})
    with pytest.raises(StoreUnavailable, match=r"takes no writes: .*read-only-allow-delete"):
        put(store, 2, post(2, "cats"))
    assert now_found(store, "cats") == ["x:1"]
    ask(settings, "PUT", everything, "_settings", body={"index.blocks.read_only_allow_delete": None})
    assert put(store, 3, post(2, "cats")).inserted == 1
    assert now_found(store, "cats") == ["x:2", "x:1"]


def test_question_how_many_are_stored_ends_like_any_reading(
    store: ElasticStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.store.elastic.store.OPENING_S", 0.000_01)

    def ask_often() -> None:
        for _ in range(500):  # an answer may lie there already when it is looked for
            store.indexed()

    with pytest.raises(StoreUnavailable, match="did not answer"):
        ask_often()
