"""Elasticsearch stores for tests: a prefix of its own each, nothing left behind."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from pipeline.settings import Settings
from pipeline.store.elastic import ElasticStore
from pipeline.store.elastic.client import Client, at, client_of


def access(url: str, **more: Any) -> Settings:
    """Return settings for a store under a prefix nobody else has."""
    return Settings(
        elasticsearch_url=url, elasticsearch_prefix=f"t{secrets.token_hex(4)}", elasticsearch_replicas=0, **more
    )


@contextmanager
def store_in(settings: Settings) -> Iterator[ElasticStore]:
    """Open a store and remove all of it afterwards."""
    store = ElasticStore(settings)
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
        client.ask("DELETE", at(names), into=msgspec.Raw)
    client.ask("DELETE", at("_index_template", f"{settings.elasticsearch_prefix}-*"), into=msgspec.Raw)


def found(client: Client, prefix: str) -> list[str]:
    """Return the names of the indices under a prefix."""
    return sorted(client.ask("GET", at(f"{prefix}-*"), into=dict[str, msgspec.Raw]))
