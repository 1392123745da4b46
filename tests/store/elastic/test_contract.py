"""The Elasticsearch store keeps the store contract; `make test-all` repeats this on the older release."""

from __future__ import annotations

import pytest

from tests.store.contract import StoreContract

pytestmark = pytest.mark.elasticsearch


class TestElasticStore(StoreContract):
    pass
