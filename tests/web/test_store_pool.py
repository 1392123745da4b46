"""Each kind of read has its own pool: charts and exports do not delay searches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import gevent
import pytest
from flask import Flask

from pipeline.errors import QueryTimeout
from pipeline.query.parser import parse
from pipeline.settings import load
from pipeline.store import open_store
from tests.web.conftest import Product
from web import create_app
from web.api.export import EXPORT_PAGE_POSTS
from web.pictures import public_address
from web.store_pool import EXPORTS_MAX, SEARCHES_QUEUE_MAX, StorePool

WITHIN_S = 20


class Gated:
    """A store in which charts and exports wait at a gate, and nothing else does."""

    def __init__(self, store: Any, gate: threading.Event) -> None:
        self._store = store
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def reading(self, *, timeout_s: float) -> Iterator[Any]:
        with self._store.reading(timeout_s=timeout_s) as reading:
            yield _GatedReading(reading, self._gate)


class _GatedReading:
    def __init__(self, reading: Any, gate: threading.Event) -> None:
        self._reading = reading
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        if name in ("timeline", "top"):
            assert self._gate.wait(WITHIN_S)
        return getattr(self._reading, name)

    def search(self, query: Any, *, limit: int, **more: Any) -> Any:
        if limit == EXPORT_PAGE_POSTS:
            assert self._gate.wait(WITHIN_S)
        return self._reading.search(query, limit=limit, **more)


class Site:
    """A web process's routes over such a store."""

    def __init__(self, product: Product) -> None:
        self.gate = threading.Event()
        settings = load(product.environ)

        def opener() -> Any:
            return Gated(open_store(settings), self.gate)

        self.app: Flask = create_app(settings, opener=opener)
        self.web = self.app.extensions["murmur"]

    def get(self, path: str) -> Any:
        """Request a path and return the status of the response."""
        with self.app.test_client().get(path) as answer:
            answer.get_data()
            return answer.status_code


@pytest.fixture
def site(product: Product) -> Iterator[Site]:
    """A site with three posts; its gate is opened at the end."""
    product.feed(*[product.post(f"otter {number} #river", number) for number in range(3)])
    site = Site(product)
    yield site
    site.gate.set()


HEAVY: list[Callable[[int], str]] = [
    lambda number: f"/api/timeline?q=otter&from={number}",
    lambda number: f"/api/top?q=otter&from={number}",
    lambda _: "/api/export?q=otter",
]


@pytest.mark.parametrize("heavy", HEAVY)
def test_heavy_reads_do_not_delay_searches(site: Site, heavy: Callable[[int], str]) -> None:
    waiting = [gevent.spawn(site.get, heavy(number)) for number in range(EXPORTS_MAX)]
    gevent.sleep(0)
    for path in ("/api/search?q=otter", "/api/posts/demo:1", "/api/explain?q=otter&id=demo:1"):
        assert gevent.spawn(site.get, path).get(timeout=WITHIN_S / 2) == 200
    assert not any(greenlet.ready() for greenlet in waiting), "they are still at the gate"
    site.gate.set()
    assert [greenlet.get(timeout=WITHIN_S) for greenlet in waiting] == [200] * EXPORTS_MAX


def test_exports_keep_no_chart_waiting(site: Site) -> None:
    waiting = [gevent.spawn(site.get, "/api/export?q=otter") for _ in range(EXPORTS_MAX)]
    gevent.sleep(0)
    found = gevent.spawn(site.web.chart_pool.read, lambda reading: reading.count(parse("otter")))
    assert found.get(timeout=WITHIN_S / 2) == 3
    site.gate.set()
    gevent.joinall(waiting, timeout=WITHIN_S)


def test_exports_over_the_limit_are_refused_and_one_that_ends_makes_room(site: Site) -> None:
    site.gate.set()
    client = site.app.test_client()
    held = [client.get("/api/export?q=otter", buffered=False) for _ in range(EXPORTS_MAX)]
    refused = client.get("/api/export?q=otter")
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (503, "too_many_exports")
    assert refused.headers["Retry-After"]
    assert client.get("/api/export?q=(").status_code == 400
    held.pop().close()
    with client.get("/api/export?q=otter", buffered=False) as again:
        assert again.status_code == 200
    for answer in held:
        answer.close()
    assert site.get("/api/export?q=otter") == 200


def test_an_export_that_fails_frees_its_place(site: Site) -> None:
    site.gate.set()
    ask, site.web.export_pool.read = site.web.export_pool.read, lambda *_, **__: 1 / 0
    for _ in range(EXPORTS_MAX + 1):
        assert site.get("/api/export?q=otter") == 500
    site.web.export_pool.read = ask
    assert site.get("/api/export?q=otter") == 200


def test_a_queue_is_refused_where_it_is_full() -> None:
    gate = threading.Event()
    pool = StorePool(lambda: None, at_once=1, queue_max=3)  # type: ignore[arg-type,return-value]  # nothing is read
    waiting = [gevent.spawn(pool.run, lambda _store: gate.wait(WITHIN_S)) for _ in range(3)]
    gevent.sleep(0)
    assert pool.waiting == 3 < SEARCHES_QUEUE_MAX
    with pytest.raises(Exception, match="too many searches"):
        pool.run(lambda _store: None)
    gate.set()
    assert [greenlet.get(timeout=WITHIN_S) for greenlet in waiting] == [True] * 3


def test_an_error_in_a_thread_is_raised_once_and_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    pool = StorePool(lambda: None)  # type: ignore[arg-type,return-value]  # nothing is read

    def fail(_store: Any) -> None:
        raise QueryTimeout("too long")

    for _ in range(3):
        with pytest.raises(QueryTimeout):
            pool.run(fail)
    with pytest.raises(public_address.NotPublic, match="is not known"):
        public_address.resolve("no-such-host.invalid", 80)
    assert capfd.readouterr().err == "", "a stranger's heavy searches fill no log"


def test_names_that_answer_slowly_leave_the_hubs_threads_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    queried: list[str] = []

    def slowly(host: str, *_args: Any, **_values: Any) -> list[Any]:
        queried.append(host)
        assert gate.wait(WITHIN_S)
        return [(2, 1, 6, "", ("93.184.216.34", 80))]

    monkeypatch.setattr(public_address, "_getaddrinfo", slowly)
    pool = gevent.get_hub().threadpool
    names = [gevent.spawn(public_address.resolve, f"slow{number}.example", 80) for number in range(pool.maxsize + 6)]
    gevent.sleep(0)
    assert gevent.spawn(pool.apply, len, ("abc",)).get(timeout=WITHIN_S / 2) == 3
    assert len(queried) <= public_address.LOOKUPS_AT_ONCE < len(names)
    gate.set()
    assert {greenlet.get(timeout=WITHIN_S) for greenlet in names} == {"93.184.216.34"}
