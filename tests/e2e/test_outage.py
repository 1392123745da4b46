"""An outage of Elasticsearch under the whole product loses and doubles no post, and is reported.

`make outage` does the same for minutes and at 500 posts a second, and in more ways. A batch that breaks off between any
two answers is made good in `tests/store/elastic`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import missing
from tests.e2e.cluster import block, documents
from tests.e2e.conftest import Start
from tests.e2e.onlooker import Onlooker
from tests.e2e.product import until
from tests.e2e.sender import TOKEN, WORD, Sender, exported
from tests.e2e.signs import Signs
from tests.servers.elasticsearch.crash_proxy import Gate, survived
from tests.servers.elasticsearch.install import CannotAssemble
from tests.servers.elasticsearch.releases import V7
from tests.servers.elasticsearch.server import Server, server

pytestmark = [pytest.mark.e2e, pytest.mark.elasticsearch, pytest.mark.timeout(900)]

RATE = 60
WAIT_S = 150
"""Seconds to wait for any event, on a busy machine."""
GROWN = 5
"""Open batches from which on the queue has grown: more than two workers process at once."""


@pytest.fixture(scope="module")
def elastic() -> Iterator[Server]:
    """An Elasticsearch for these tests, which they break."""
    try:
        opened = server(V7)
        started = opened.__enter__()
    except CannotAssemble as error:
        missing(f"Elasticsearch {V7.version} ({error})")
    try:
        yield started
    finally:
        opened.__exit__(None, None, None)


@pytest.fixture
def gate(elastic: Server) -> Iterator[Gate]:
    """The crash proxy in front of it; after a test the server runs again."""
    with Gate(elastic.url) as gate:
        yield gate
    if not elastic.running:
        elastic.start()


class Running:
    """A product on a server under load, and its observers."""

    def __init__(self, start: Start, elastic: Server, gate: Gate, matcher: str) -> None:
        cluster = {"ELASTICSEARCH_URL": gate.url, "ELASTICSEARCH_PREFIX": matcher, "ELASTICSEARCH_REPLICAS": "0"}
        nothing = {"SOURCE": "stdin", "STDIN_PATH": "/dev/null"}
        self.elastic, self.prefix = elastic, matcher
        self.product = start(INGEST_TOKEN=TOKEN, MATCHER=matcher, **nothing, **cluster).wait_ready(WAIT_S)
        self.onlooker = Onlooker(self.product.port, WORD)
        self.onlooker.start()
        until(lambda: self.onlooker.search.phase == "live", WAIT_S)
        self.signs = Signs(self.product)
        self.sender = Sender(self.product.url, RATE)
        self.sender.start()
        until(lambda: self.onlooker.held, WAIT_S)

    def wait_for_outage(self, why: str) -> None:
        """Wait until the queue has grown, and `/readyz` and the page report the reason."""
        until(lambda: self.signs.waiting().batches >= GROWN, WAIT_S)
        until(lambda: why in (self.onlooker.outage() or ""), WAIT_S)
        until(lambda: self.signs.readiness().status == 503, WAIT_S)

    def well(self) -> None:
        """Wait until the queue is drained and reported as well; sending rests, so that the queue gets no longer."""
        self.sender.rest()
        until(lambda: self.signs.waiting().batches == 0, WAIT_S)
        until(lambda: self.signs.readiness().status == 200, WAIT_S)
        until(lambda: self.onlooker.outage() is None, WAIT_S)
        self.sender.go_on()

    def nothing_lost_nothing_double(self) -> None:
        """Compare the stored posts, and those of the watcher, with the accepted posts."""
        self.sender.end()
        until(lambda: self.signs.waiting().batches == 0, WAIT_S)
        sent = self.sender.posts
        stored = exported(self.product.url)
        assert sorted(stored) == sorted(sent.items())
        assert documents(self.elastic.url, WORD, self.prefix) == len(sent)
        until(lambda: self.onlooker.held == sent, WAIT_S)
        assert self.onlooker.troubles == {}
        assert self.signs.dead() == 0
        self.onlooker.end()
        self.signs.end()
        self.product.stop()


def test_server_that_takes_no_writes_and_one_killed_within_a_bulk_cost_no_post(
    start: Start, elastic: Server, gate: Gate
) -> None:
    running = Running(start, elastic, gate, "memory")

    block(elastic.url, on=True, prefix="memory")
    running.wait_for_outage("read-only-allow-delete")
    sent, stored = len(running.sender.posts), documents(elastic.url, WORD, "memory")
    until(lambda: len(running.sender.posts) > sent, 30)
    assert documents(elastic.url, WORD, "memory") == stored < sent
    block(elastic.url, on=False, prefix="memory")
    running.well()

    cut = gate.arm("memory-posts-", "at work", elastic.kill)
    assert cut.done.wait(WAIT_S)
    running.wait_for_outage("cannot be reached")
    elastic.start()
    gate.open()
    running.well()
    running.nothing_lost_nothing_double()


@pytest.mark.thorough
def test_percolator_killed_before_its_bulk_response_costs_no_post(start: Start, elastic: Server, gate: Gate) -> None:
    running = Running(start, elastic, gate, "percolator")
    cut = gate.arm("percolator-posts-", "answered", elastic.kill)
    assert cut.done.wait(WAIT_S)
    running.wait_for_outage("cannot be reached")
    elastic.start()
    assert survived(elastic.url, cut) == len(cut.created)
    gate.open()
    running.well()
    running.nothing_lost_nothing_double()
