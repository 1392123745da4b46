"""An Elasticsearch store for each test, on each release."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.settings import Settings
from pipeline.store.elastic import ElasticStore
from tests.store.elastic.stores import access, store_in


@pytest.fixture
def settings(elasticsearch: str) -> Settings:
    return access(elasticsearch)


@pytest.fixture
def store(settings: Settings) -> Iterator[ElasticStore]:
    with store_in(settings) as made:
        yield made
