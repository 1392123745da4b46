"""Bulk writes: each write has its own result, and an overloaded server gets the undone writes again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from pipeline.errors import StoreUnavailable
from pipeline.settings import Settings
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient
from tests.store.elastic.fake_cluster import Cluster, cluster


def _writes(number: int) -> list[Write]:
    return [Write("index", "i", f"k{n}", b'{"a":"%b"}' % (b"x" * 1_000)) for n in range(number)]


def _items(*statuses: int, kind: str = "es_rejected_execution_exception") -> bytes:
    error = {"error": {"type": kind, "reason": "because"}}
    items = [{"index": {"status": status} | (error if status >= 400 else {})} for status in statuses]
    return msgspec.json.encode({"errors": True, "items": items})


@contextmanager
def bulk() -> Iterator[tuple[Cluster, Bulk, list[float]]]:
    with cluster() as server:
        slept: list[float] = []
        client = ElasticClient(Settings(elasticsearch_url=f"http://127.0.0.1:{server.server_port}"))
        yield server, Bulk(client, sleep=slept.append), slept
        client.close()


def test_only_what_an_overloaded_server_left_undone_is_sent_again() -> None:
    with bulk() as (server, sender, slept):
        writes = _writes(4)
        server.answers = [(200, _items(200, 429, 409, 400, kind="document_parsing_exception")), (200, _items(201))]
        undone = sender.send(writes)
        assert [write.result for write in writes] == ["done", "done", "conflict", "refused"]
        assert [write.key for write in undone] == ["k2", "k3"]
        assert len(server.heads) == 2
        assert len(slept) == 1


def test_request_that_is_too_large_is_cut_until_it_is_not() -> None:
    with bulk() as (server, sender, _):
        writes = _writes(4)
        too_large = (413, b"")
        server.answers = [too_large, (200, _items(200, 200)), too_large, (200, _items(200)), (200, _items(200))]
        assert sender.send(writes) == []
        server.answers = [too_large]
        (refused,) = sender.send(_writes(1))
        assert refused.result == "refused"


def test_server_that_stays_overloaded_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.store.elastic.cluster.bulk.OVERLOAD_PATIENCE_S", 0.2)
    with bulk() as (server, sender, _):
        server.answers = [(200, _items(429))] * 50
        with pytest.raises(StoreUnavailable, match="because"):
            sender.send(_writes(1))


def test_write_block_is_told_at_once_for_waiting_a_moment_lifts_none() -> None:
    with bulk() as (server, sender, slept):
        server.answers = [(200, _items(200, 429, kind="cluster_block_exception")), (200, _items(200))]
        with pytest.raises(StoreUnavailable, match="takes no writes: because"):
            sender.send(_writes(2))
        assert slept == []
        assert len(server.heads) == 1


def test_refusal_of_everything_is_no_posts_fault() -> None:
    with bulk() as (server, sender, _):
        server.answers = [(400, b'{"error":{"type":"illegal_argument_exception","reason":"no"}}')]
        with pytest.raises(StoreUnavailable):
            sender.send(_writes(2))
