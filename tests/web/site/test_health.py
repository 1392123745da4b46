"""Health checks report two stores that are not one, an outage of the workers, and a broker that is away."""

from __future__ import annotations

import time
from pathlib import Path

from tests.web.browser import Browser
from tests.web.conftest import Product


def test_two_different_stores_are_reported_everywhere(product: Product, tmp_path: Path) -> None:
    product.feed(product.post("otter"))
    server = product.serve(DATA_DIR=str(tmp_path / "elsewhere"))
    sentence = "worker and web do not share a store: set ELASTICSEARCH_URL or run on one machine"
    answer = server.get("/readyz")
    assert (answer.status, answer.json["error"]["code"], answer.json["error"]["message"]) == (
        503,
        "not_ready",
        sentence,
    )
    assert server.get("/api/page").json["problem"] == sentence
    assert sentence in server.log.read_text()
    together = product.serve()
    assert together.get("/readyz").status == 200
    assert together.get("/api/page").json["problem"] is None


def test_an_outage_of_the_workers_is_reported_although_reading_works(product: Product) -> None:
    server = product.serve()
    browser = Browser(server.port)
    expected = {"since": 5, "why": "the disk is full"}

    def stats_say(outage: dict[str, object] | None) -> bool:
        product.tick(outage=outage)  # as upkeep does every second: a process that connects later receives the next tick
        return bool(browser.of("stats")) and browser.of("stats")[-1]["outage"] == outage

    browser.until(lambda: stats_say(expected))
    answer = server.get("/readyz")
    assert (answer.status, answer.json["error"]["message"]) == (503, "workers wait for the store: the disk is full")
    where = "Elasticsearch at https://user:pw@es.internal:9200 cannot be reached: 10.1.2.3:9200, /var/lib/es is full"
    product.tick(outage={"since": 5, "why": where})
    expected = {"since": 5, "why": "Elasticsearch at … cannot be reached: …, … is full"}
    browser.until(lambda: stats_say(expected))
    assert "internal" not in server.get("/readyz").body.decode()
    browser.until(lambda: stats_say(None))
    assert server.get("/readyz").status == 200


def test_a_process_without_a_broker_is_not_ready(product: Product) -> None:
    server = product.serve(REDIS_URL="unix:///nowhere/at/all.sock")
    began = time.monotonic()
    answer = server.get("/readyz")
    assert (answer.status, answer.json["error"]["message"]) == (503, "Redis cannot be reached")
    assert server.get("/api/search?q=x").status == 200, "what is stored can still be searched"
    assert time.monotonic() - began < 60
