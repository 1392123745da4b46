"""Requests for the same chart share one read of the store, and errors are not cached."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gevent
import pytest
from flask import Flask
from gevent.event import Event

from pipeline.errors import QueryTimeout
from pipeline.settings import load
from pipeline.store import open_store
from tests.web.conftest import Product
from web import create_app
from web.response_cache import ResponseCache

CHARTS = ("/api/timeline?q=otter", "/api/top?q=otter&field=hashtags")


class Counted:
    """A store that counts its reads by kind and holds them at a gate."""

    def __init__(self, store: Any, gate: threading.Event, counts: Counter[str]) -> None:
        self._store = store
        self._gate = gate
        self._counts = counts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def reading(self, *, timeout_s: float) -> Iterator[Any]:
        assert self._gate.wait(20)
        with self._store.reading(timeout_s=timeout_s) as reading:
            yield _CountedReading(reading, self._counts)


class _CountedReading:
    def __init__(self, reading: Any, counts: Counter[str]) -> None:
        self._reading = reading
        self._counts = counts

    def __getattr__(self, name: str) -> Any:
        self._counts[name] += 1
        return getattr(self._reading, name)


class Readers:
    """A web process's routes over a store that counts."""

    def __init__(self, product: Product) -> None:
        self.gate = threading.Event()
        self.counts: Counter[str] = Counter()
        settings = load(product.environ)
        self.app: Flask = create_app(
            settings,
            opener=lambda: Counted(open_store(settings), self.gate, self.counts),  # type: ignore[arg-type,return-value]  # a stand-in
        )

    def get(self, path: str) -> Any:
        """Request a path as one of many readers."""
        answer = self.app.test_client().get(path)
        assert answer.status_code == 200, answer.data
        return answer.json


@pytest.fixture
def readers(product: Product) -> Readers:
    """Many readers of three posts."""
    product.feed(*[product.post(f"otter {number} #river", number) for number in range(3)])
    return Readers(product)


@pytest.mark.parametrize("path", CHARTS)
def test_ten_readers_of_one_chart_cost_one_reading(readers: Readers, path: str) -> None:
    asking = [gevent.spawn(readers.get, path) for _ in range(10)]
    gevent.sleep(0.1)
    readers.gate.set()
    answers = [greenlet.get(timeout=20) for greenlet in asking]
    for answer in answers:
        assert answer.pop("took_ms") >= 0
    assert answers == [answers[0]] * 10
    assert answers[0].get("total", answers[0].get("based_on", {}).get("matching")) == 3
    assert sum(readers.counts.values()) == 1
    readers.get(path.replace("q=otter", "q=%20otter%20"))
    assert sum(readers.counts.values()) == 1, "the same search in other words is the same chart"


@pytest.mark.parametrize("path", CHARTS)
@pytest.mark.parametrize("more", ["&from=1", "&to=99999999999999", "&interval=5000&limit=7", "%20-fish"])
def test_requests_that_differ_in_a_parameter_are_read_anew(readers: Readers, path: str, more: str) -> None:
    readers.gate.set()
    readers.get(path)
    readers.get(path.replace("q=otter", f"q=otter{more}"))
    assert sum(readers.counts.values()) == 2


def test_a_chart_older_than_its_time_is_read_anew(readers: Readers, product: Product) -> None:
    readers.gate.set()
    web = readers.app.extensions["murmur"]
    web.chart_cache = ResponseCache(keep_s=0.0)
    assert readers.get(CHARTS[0])["total"] == 3
    product.feed(product.post("otter", 50))
    gevent.sleep(0.001)
    assert readers.get(CHARTS[0])["total"] == 4


def test_an_error_goes_to_all_waiting_requests_and_is_not_kept() -> None:
    cache, gate, calls = ResponseCache(), Event(), []

    def fail() -> bytes:
        calls.append(1)
        gate.wait()
        raise QueryTimeout("too slow")

    asking = [gevent.spawn(cache.get, "chart", fail) for _ in range(5)]
    gevent.sleep(0)
    gate.set()
    gevent.joinall(asking)
    assert [type(greenlet.exception) for greenlet in asking] == [QueryTimeout] * 5
    assert len(calls) == 1
    assert cache.get("chart", lambda: b"{}") == b"{}"


def test_a_reader_that_disconnects_takes_no_response_from_the_others() -> None:
    cache, gate = ResponseCache(), Event()

    def slow() -> bytes:
        gate.wait()
        return b"first"

    first = gevent.spawn(cache.get, "chart", slow)
    gevent.sleep(0)
    second = gevent.spawn(cache.get, "chart", lambda: b"second")
    gevent.sleep(0)
    first.kill()
    assert second.get(timeout=5) == b"second"


def test_kept_answers_are_bounded_in_bytes() -> None:
    cache = ResponseCache(max_bytes=100_000)
    for number in range(1_000):
        cache.get(number, lambda: b"x" * 1_000)
        assert cache.size_bytes <= 100_000
    cache.get("huge", lambda: b"x" * 200_000)
    assert cache.size_bytes == 0
    assert cache.get(999, lambda: b"anew") == b"anew"
