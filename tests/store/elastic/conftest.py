"""An empty Elasticsearch store for each test, on each release: a new one where the test looks at its indices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.settings import Settings
from pipeline.store.elastic import ElasticStore
from tests.store.elastic.stores import access, borrowed_store, store_in


@pytest.fixture
def settings(elasticsearch: str) -> Settings:
    return access(elasticsearch)


@pytest.fixture
def store(request: pytest.FixtureRequest, elasticsearch: str) -> Iterator[ElasticStore]:
    if "settings" in request.fixturenames:
        opened = store_in(request.getfixturevalue("settings"))
    else:
        opened = borrowed_store(elasticsearch)
    with opened as made:
        yield made
