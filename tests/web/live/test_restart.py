"""One of three web processes is replaced under a thousand watchers: no post is missed and no process is overrun."""

from __future__ import annotations

import re
import signal
import time
from collections import Counter

import pytest
from playwright.sync_api import Browser

from pipeline.settings import load
from tests.web.conftest import Product, wait_until
from tests.web.crowd import Crowd
from web import create_app
from web.protocol.close_codes import CLOSES

CLIENTS = 1_000
WORDS = [f"otter{number}" for number in range(10)]
PATIENCE_S = 120.0
"""Some seconds pass on an idle machine; the limit is for a busy one."""


class Feeder:
    """Feeds a post to each search, and knows the posts that each watcher must hold."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.expected: dict[str, set[str]] = {word: set() for word in WORDS}

    def feed(self) -> None:
        """Feed one post of each word."""
        records = [self.product.post(f"one {word}") for word in WORDS]
        self.product.feed(*records)
        for word, record in zip(WORDS, records, strict=True):
            self.expected[word].add(record["id"])


@pytest.mark.e2e
def test_a_restart_of_one_of_three_web_processes_costs_no_post_and_overruns_nobody(product: Product) -> None:
    settings = {"OUTBOX_MAX_KB": "1024"}
    servers = [product.serve(**settings) for _ in range(3)]
    leaving, staying = servers[0], servers[1:]
    feeder = Feeder(product)
    feeder.feed()
    crowd = Crowd([server.port for server in servers], [WORDS[number % len(WORDS)] for number in range(CLIENTS)])
    try:
        crowd.until_whole(feeder.expected, time.monotonic() + PATIENCE_S)
        shares = dict(crowd.balancer.given)
        assert max(shares.values()) - min(shares.values()) <= 1

        crowd.balancer.down(leaving.port)
        began = time.monotonic()
        leaving.master.send_signal(signal.SIGTERM)
        while leaving.master.poll() is None and time.monotonic() < began + PATIENCE_S:
            feeder.feed()
            time.sleep(0.2)
        assert leaving.master.poll() == 0, "SIGTERM drains"
        product.serve(PORT=str(leaving.port), **settings)
        crowd.balancer.up(leaving.port)
        feeder.feed()
        crowd.until_whole(feeder.expected, time.monotonic() + PATIENCE_S)

        goodbyes = crowd.goodbyes
        assert Counter((goodbye.port, goodbye.code) for goodbye in goodbyes) == {
            (leaving.port, 1001): shares[leaving.port]
        }
        came = {server.port: crowd.balancer.given[server.port] - shares[server.port] for server in servers}
        assert sum(came.values()) == len(goodbyes), "nobody else had to connect anew"
        assert max(overrun([goodbye.delay_ms for goodbye in goodbyes], len(staying))) <= 1.5
        for server in (product.servers[-1], *staying):
            sockets = re.search(rb"murmur_web_sockets (\d+)", server.get("/metrics").body)
            assert sockets
            assert int(sockets[1]) == came[server.port] + (shares[server.port] if server in staying else 0)
    finally:
        crowd.close()


LISTEN = """path => {
  window.counts = []; window.states = [];
  window.source = new EventSource(path);
  source.addEventListener("stats", event => counts.push(JSON.parse(event.data).indexed));
  source.onerror = () => states.push(source.readyState);
}"""


@pytest.mark.e2e
def test_a_browsers_event_stream_comes_back_after_a_restart(product: Product, chromium: Browser) -> None:
    server = product.serve()
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/healthz")
    page.evaluate(LISTEN, "/api/stream?q=otter")
    page.wait_for_function("counts.length > 0")
    server.end(signal.SIGTERM)
    page.evaluate("counts.length = 0")
    product.serve(PORT=str(server.port))

    def arrived() -> bool:
        product.tick(indexed=4711)
        return bool(page.evaluate("counts.includes(4711)"))

    wait_until(arrived, PATIENCE_S)
    assert page.evaluate("states.every(state => state === EventSource.CONNECTING)")
    page.close()


@pytest.mark.parametrize("accept", ["text/event-stream", "*/*"])
def test_an_event_stream_of_a_draining_process_gets_a_time_to_reconnect(product: Product, accept: str) -> None:
    app = create_app(load(product.environ))
    app.extensions["murmur"].connections.draining = True
    answer = app.test_client().get("/api/stream?q=x", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype, answer.headers["Connection"]) == (200, "text/event-stream", "close")
    assert re.search(rb"^retry: \d+\n\n", answer.data, re.MULTILINE)


def overrun(delays_ms: list[int], processes: int) -> list[float]:
    """Return, for each second and each process that stays, its connects over its share: the delays that were drawn
    decide them, dealt out in turn as they fall due, as if the one that left came back too late to take any."""
    _, longest_ms = CLOSES["going_away"].again or (0, 0)
    share = len(delays_ms) / processes / (longest_ms / 1000)
    connects = Counter((due_ms // 1000, turn % processes) for turn, due_ms in enumerate(sorted(delays_ms)))
    return [count / share for count in connects.values()]
