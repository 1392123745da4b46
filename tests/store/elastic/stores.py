"""Elasticsearch stores for tests, each under a prefix of its own, and requests to their server."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from pipeline.settings import Settings
from pipeline.store.contract import Reading
from pipeline.store.elastic import ElasticStore
from pipeline.store.elastic.cluster.client import ElasticClient, client_of, path_to


def access(url: str, **more: Any) -> Settings:
    """Return settings for a store under a new prefix."""
    return Settings(
        elasticsearch_url=url, elasticsearch_prefix=f"t{secrets.token_hex(4)}", elasticsearch_replicas=0, **more
    )


class PatientStore(ElasticStore):
    """Store whose readings have a minute, so that a busy machine fails no test; a test of the limit states its own."""

    @contextmanager
    def reading(self, *, timeout_s: float = 60.0) -> Iterator[Reading]:
        with super().reading(timeout_s=timeout_s) as reading:
            yield reading


@contextmanager
def store_in(settings: Settings) -> Iterator[ElasticStore]:
    """Open a store and remove all of it afterwards."""
    store = PatientStore(settings)
    try:
        yield store
    finally:
        store.close()
        wipe(settings)


def wipe(settings: Settings) -> None:
    """Remove every index and template under a prefix."""
    client = client_of(settings)
    names = ",".join(found(client, settings.elasticsearch_prefix))
    if names:
        client.request("DELETE", path_to(names), into=msgspec.Raw)
    client.request("DELETE", path_to("_index_template", f"{settings.elasticsearch_prefix}-*"), into=msgspec.Raw)


def found(client: ElasticClient, prefix: str) -> list[str]:
    """Return the names of the indices under a prefix."""
    return sorted(client.request("GET", path_to(f"{prefix}-*"), into=dict[str, msgspec.Raw]))


def ask(settings: Settings, method: str, *path: str, body: Any = None, **params: str) -> Any:
    """Send a request to the server and return its answer."""
    return client_of(settings).request(method, path_to(*path), body, into=Any, params=params)


def index_of(settings: Settings, post_id: str) -> str:
    """Return the name of the index that a post is stored in."""
    ask(settings, "POST", f"{settings.elasticsearch_prefix}-*", "_refresh")
    body = {"query": {"ids": {"values": [post_id]}}}
    hits = ask(settings, "POST", f"{settings.elasticsearch_prefix}-posts", "_search", body=body)["hits"]["hits"]
    return str(hits[0]["_index"])
