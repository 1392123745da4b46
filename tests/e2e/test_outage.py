"""Elasticsearch goes away under the whole product, in three ways: no post is lost, none double, and it is said so."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.conftest import missing
from tests.e2e.conftest import Start
from tests.e2e.product import Product, until
from tests.e2e.test_run import REPLAY, _distinct_posts
from tests.servers.elasticsearch.assemble import CannotAssemble
from tests.servers.elasticsearch.releases import V7
from tests.servers.elasticsearch.server import Server, server

pytestmark = [pytest.mark.e2e, pytest.mark.elasticsearch, pytest.mark.timeout(400)]


@pytest.fixture
def elastic() -> Iterator[Server]:
    """A server of this test's own, to be broken."""
    try:
        opened = server(V7)
        started = opened.__enter__()
    except CannotAssemble as error:
        missing(f"Elasticsearch {V7.version} ({error})")
    try:
        yield started
    finally:
        opened.__exit__(None, None, None)


def readiness(product: Product) -> str:
    """Return what `/readyz` says: "ready", or why not; "" where it does not say."""
    try:
        with urllib.request.urlopen(f"{product.url}/readyz", timeout=15):
            return "ready"
    except urllib.error.HTTPError as error:
        return str(json.load(error)["error"]["message"])
    except OSError:
        return ""


def block(elastic: Server, on: bool) -> None:
    """Make all indices read-only, as a server does whose disk is full, or let them be written again."""
    body = json.dumps({"index.blocks.read_only_allow_delete": True if on else None}).encode()
    request = urllib.request.Request(
        f"{elastic.url}/murmur-*/_settings", data=body, method="PUT", headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30):
        pass


@pytest.mark.parametrize("matcher", ["memory", "percolator"])
def test_server_frozen_full_and_killed_costs_no_post(start: Start, elastic: Server, matcher: str) -> None:
    cluster = {"ELASTICSEARCH_URL": elastic.url, "ELASTICSEARCH_REPLICAS": "0", "MATCHER": matcher}
    product = start(**REPLAY, **cluster).wait_ready(120)
    expected = _distinct_posts()

    elastic.freeze()
    until(lambda: readiness(product) == "the store cannot be reached", 60)
    elastic.thaw()
    until(lambda: readiness(product) == "ready", 60)

    block(elastic, True)
    until(lambda: "waits" in product.text(), 60)
    block(elastic, False)

    elastic.kill()
    until(lambda: readiness(product) == "the store cannot be reached", 60)
    elastic.start()
    until(lambda: readiness(product) == "ready", 60)

    until(lambda: product.stored() >= expected, 150)
    assert product.get("/api/timeline", q="*")["total"] == expected
    assert product.stored() == expected
    product.stop()
