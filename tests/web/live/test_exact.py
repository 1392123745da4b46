"""Every watcher ends with exactly the stored posts, with real gunicorn, Valkey, SQLite and worker code that break."""

from __future__ import annotations

import functools
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.assembly import understand
from pipeline.errors import BatchDone
from tests.delivery.simulation.reference_watcher import ReferenceWatcher
from tests.web.browser import Browser
from tests.web.conftest import Product, Server, wait_until

QUERIES = ("otter", "otter -fish", "likes:10..")
RUNS = int(os.environ.get("EXACT_RUNS", "6"))


def stored(product: Product, query: str) -> dict[str, int]:
    """Return id → version of the stored matches."""
    with product.process.store().reading(timeout_s=10) as reading:
        posts = [msgspec.json.decode(body) for body in reading.export(understand(query))]
    return {post["id"]: post["version"] for post in posts}


def all_exact(product: Product, browsers: list[Browser], within_s: float = 60.0) -> None:
    """Read until every watcher holds exactly the stored matches; fail with the difference."""
    limit = time.monotonic() + within_s
    while True:
        product.tick()
        for browser in browsers:
            come_back(browser)
            browser.drain(0.05)
        wrong = [
            (search.query, search.phase, search.watcher.have, want)
            for browser in browsers
            for search in browser.searches.values()
            if search.watcher.have != (want := stored(product, search.query)) or search.phase != "live"
        ]
        if not wrong:
            return
        assert time.monotonic() < limit, wrong[:2]


def come_back(browser: Browser) -> None:
    """Act as the page does: reconnect, and resume searches that lagged."""
    if browser.connection is None:
        with suppress(OSError, Exception):
            browser.open()
    for watch_id, search in browser.searches.items():
        if search.phase == "lagged":
            browser.again(watch_id)


def kill_pubsub(product: Product) -> int:
    """Close every Pub/Sub connection from the server's side; return their number."""
    killed: int = product.process.redis.client_kill_filter(_type="pubsub")
    return killed


class Breaker:
    """Does random things to a running product."""

    def __init__(self, product: Product, server: Server, chance: random.Random) -> None:
        self.product = product
        self.server = server
        self.chance = chance
        self.browsers: list[Browser] = []
        self.versions: dict[int, int] = {}
        self.zombies: list[tuple[str, Iterator[str]]] = []
        self.open: list[str] = []

    def records(self) -> list[dict[str, Any]]:
        found: dict[int, dict[str, Any]] = {}
        for _ in range(self.chance.randint(1, 4)):
            number = self.chance.randrange(12)
            if self.chance.random() < 0.05:
                found[number] = self.product.deletion(number)
                continue
            self.versions[number] = self.versions.get(number, 0) + (self.chance.random() < 0.6)
            text = self.chance.choice(["an otter", "otter and fish", "fish alone", "otter otter"])
            found[number] = self.product.post(
                text,
                number,
                version=1_000_000 + 10_000 * (self.versions[number] or 1),
                counts={"likes": self.chance.choice([0, 5, 10, 50])},
            )
            # The same version must have the same content.
            if self.versions[number] in self.seen(number):
                found[number] = self.seen(number)[self.versions[number]]
            self.seen(number)[self.versions[number]] = found[number]
        return list(found.values())

    def seen(self, number: int) -> dict[int, dict[str, Any]]:
        self._said: dict[int, dict[int, dict[str, Any]]]
        if not hasattr(self, "_said"):
            self._said = {}
        return self._said.setdefault(number, {})

    def feed(self) -> None:
        self.product.feed(*self.records())

    def stumble(self) -> None:
        """Stop a worker in the middle of a batch, let another repeat the batch, and perhaps wake the first."""
        batch = self.product.offer(*self.records())
        steps = self.product.attempt(batch)
        with suppress(BatchDone, StopIteration):
            for _ in range(self.chance.randint(1, 5)):
                next(steps)
        self.zombies.append((batch, steps))

    def wake(self) -> None:
        if self.zombies:
            batch, steps = self.zombies.pop(self.chance.randrange(len(self.zombies)))
            if self.chance.random() < 0.5:
                self.product._runner.run(batch)
            with suppress(BatchDone):
                for _ in steps:
                    pass

    def leave(self) -> None:
        self.chance.choice(self.browsers).drop()

    def read(self) -> None:
        for browser in self.browsers:
            come_back(browser)
            browser.drain(0.01)

    def cut_the_line(self) -> None:
        kill_pubsub(self.product)

    def pause(self) -> None:
        for pid in self.server.workers:
            os.kill(pid, signal.SIGSTOP)
        for _ in range(3):
            self.feed()
        for pid in self.server.workers:
            os.kill(pid, signal.SIGCONT)

    def something(self) -> None:
        happenings = (
            (30, self.feed), (8, self.stumble), (8, self.wake), (8, self.leave), (20, self.read),
            (4, self.cut_the_line), (3, self.pause), (10, self.product.tick),
        )  # fmt: skip
        self.chance.choices([what for _, what in happenings], [weight for weight, _ in happenings])[0]()


@pytest.fixture(scope="module")
def running(shared: Product, server: Server) -> Server:
    """The server under test."""
    return server


@settings(
    max_examples=RUNS,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    derandomize=True,
)
@given(seed=st.integers(0, 2**32))
def test_every_watcher_ends_with_exactly_the_stored_posts_after_any_fault(
    shared: Product, running: Server, seed: int
) -> None:
    chance = random.Random(seed)
    breaker = Breaker(shared, running, chance)
    breaker.versions = {number: 1 + int(time.time()) % 100_000 * 100 for number in range(12)}
    breaker.browsers = [Browser(running.port) for _ in range(3)]
    try:
        for number, browser in enumerate(breaker.browsers):
            for query in QUERIES[: number + 1]:
                browser.subscribe(query, query)
        for _ in range(40):
            breaker.something()
        for batch, _steps in breaker.zombies:
            shared._runner.run(batch)
        all_exact(shared, breaker.browsers)
    finally:
        for browser in breaker.browsers:
            browser.drop()


def test_a_killed_pubsub_connection_loses_nothing(product: Product) -> None:
    server = product.serve()
    browser = Browser(server.port)
    search = browser.subscribe("a", "otter")
    browser.until_live()
    for number in range(30):
        product.feed(product.post("otter", number))
        if number % 5 == 2:
            wait_until(lambda: kill_pubsub(product))
    browser.until(lambda: len(search.watcher.have) == 30)
    assert b"murmur_web_lost_total 0.0" not in server.get("/metrics").body


def test_a_web_process_that_was_stopped_and_goes_on_loses_nothing(product: Product) -> None:
    server = product.serve()
    browser = Browser(server.port)
    search = browser.subscribe("a", "otter")
    browser.until_live()
    (pid,) = server.workers
    os.kill(pid, signal.SIGSTOP)
    # The leases end while the process sleeps: no worker matches what arrives now.
    redis: Any = product.process.redis
    names = product.process.names
    redis.zadd(names.searches_lease, dict.fromkeys(redis.hkeys(names.searches), 1))
    assert product.process.registry.expire() == 1
    product.feed(*[product.post("otter", number) for number in range(20)])
    os.kill(pid, signal.SIGCONT)
    # The next renewal (every twenty seconds) notices.
    browser.until(lambda: len(search.watcher.have) == 20, within_s=40)


def test_a_broker_that_goes_away_and_comes_back_loses_nothing(product: Product) -> None:
    """Refuse the Pub/Sub connection for a while: stats report it, and no post is missing afterwards."""
    server = product.serve()
    browser = Browser(server.port)
    search = browser.subscribe("a", "otter")
    browser.until_live()
    until = time.monotonic() + 2
    number = 0
    while time.monotonic() < until:
        kill_pubsub(product)
        product.feed(product.post("otter", number))
        number += 1
        time.sleep(0.02)
    browser.until(lambda: len(search.watcher.have) == number)


def test_a_restarted_web_process_takes_its_watchers_up_again(product: Product) -> None:
    first, second = product.serve(), product.serve()
    browsers = [Browser(first.port) for _ in range(10)]
    for browser in browsers:
        browser.subscribe("a", "otter")
        browser.until_live()
    product.feed(*[product.post("otter", number) for number in range(5)])
    first.end()
    product.feed(*[product.post("otter", number) for number in range(5, 10)])
    for browser in browsers:
        browser.until_closed()
        browser.port = second.port
        browser.open()
    product.feed(*[product.post("otter", number) for number in range(10, 15)])
    for browser in browsers:
        watcher = browser.searches["a"].watcher
        browser.until(functools.partial(_holds, watcher, 15))
        assert not browser.of("reset")


def _holds(watcher: ReferenceWatcher, count: int) -> bool:
    return len(watcher.have) == count


def test_users_of_a_process_that_is_killed_are_counted_out(product: Product) -> None:
    first, second = product.serve(), product.serve()
    browser = Browser(second.port)
    wait_until(lambda: first.get("/api/stats").json["connected"] == 1)
    pids = second.workers
    second.master.kill()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: first.get("/api/stats").json["connected"] == 0, 20)
    browser.drop()
