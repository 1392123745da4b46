"""Elasticsearch stores for tests, each under a prefix that no other test uses now, and requests to their server.

A new store takes the server twenty times the CPU of a batch of posts: most tests borrow one that another test has left
empty (`borrowed_store`).
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from pipeline.settings import Settings
from pipeline.store.contract import Reading
from pipeline.store.elastic import ElasticStore
from pipeline.store.elastic.cluster.client import ElasticClient, client_of, path_to
from pipeline.store.elastic.store_meta import META_KEY

MOST_INDICES = 12
"""Indices of a store above which it is removed and not lent again: each costs every search a little."""

_idle: defaultdict[str, list[Settings]] = defaultdict(list)
"""Server → settings of its empty stores."""


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


@contextmanager
def borrowed_store(url: str) -> Iterator[ElasticStore]:
    """Open an empty store that earlier tests may have used; it is emptied afterwards.

    Indices of months that earlier tests wrote to may exist. Whoever looks at indices takes `store_in`.
    """
    settings = _idle[url].pop() if _idle[url] else access(url)
    store = PatientStore(settings)
    try:
        yield store
    except BaseException:
        store.close()
        wipe(settings)
        raise
    store.close()
    if _emptied(settings):
        _idle[url].append(settings)
    else:
        wipe(settings)


def _emptied(settings: Settings) -> bool:
    """Delete every document but the one that makes the store, unless it has many indices; tell whether it is empty."""
    client, indices = client_of(settings), f"{settings.elasticsearch_prefix}-*"
    if len(found(client, settings.elasticsearch_prefix)) > MOST_INDICES:
        return False
    ask(settings, "POST", indices, "_refresh")
    everything = {"size": 10_000, "_source": False, "query": {"bool": {"must_not": {"ids": {"values": [META_KEY]}}}}}
    while hits := ask(settings, "POST", indices, "_search", body=everything)["hits"]["hits"]:
        lines = [{"delete": {"_index": hit["_index"], "_id": hit["_id"]}} for hit in hits]
        body = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        client.request("POST", path_to("_bulk"), body, into=msgspec.Raw, params={"refresh": "true"})
    return True


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
