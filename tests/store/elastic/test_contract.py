"""The Elasticsearch store keeps the store contract on every release."""

from __future__ import annotations

import pytest

from tests.store.contract import StoreContract

pytestmark = pytest.mark.elasticsearch


@pytest.mark.each_release
class TestElasticStore(StoreContract):
    pass
