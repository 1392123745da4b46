"""Fixtures of the web tests: gunicorn on its own port, a real Valkey and store, and a worker's ingest to feed them."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.assembly import Process, build_batch_runner
from pipeline.queue.batch import RawBatch, RawRecord, encode_batch
from pipeline.queue.claim_check import new_batch_id
from pipeline.queue.task_queue import TaskQueue
from pipeline.settings import load
from tests.paths import PROJECT
from tests.servers.process_template import WEB, ForkedProcess

NOW_MS = int(time.time() * 1000)


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], Any], within_s: float = 15.0) -> Any:
    """Return the condition's value once it is true; fail after a while."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("the condition did not come true")


@dataclass
class Answer:
    """An HTTP response."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return msgspec.json.decode(self.body)


@dataclass
class Server:
    """One gunicorn with its web processes."""

    port: int
    master: ForkedProcess
    log: Path

    def get(self, path: str, **headers: str) -> Answer:
        """Return the response to a GET, also one with an error status."""
        return self.ask("GET", path, None, **headers)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send a request; redirects are not followed."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, names, method=method)
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=20) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    @property
    def workers(self) -> list[int]:
        """Process ids of the web processes."""
        listed = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def end(self, how: int = signal.SIGTERM, within_s: float = 15.0) -> float:
        """Signal the master, wait for its end, and return the seconds that took."""
        began = time.monotonic()
        if self.master.poll() is None:
            self.master.send_signal(how)
            self.master.wait(within_s)
        return time.monotonic() - began


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_values: Any) -> None:
        return None


@dataclass
class Product:
    """Product of one web test: a Redis prefix and directory of its own, a worker, and web servers."""

    environ: dict[str, str]
    logs: Path
    servers: list[Server] = field(default_factory=list)
    _process: Process | None = None
    _runner: Any = None
    _count: int = 0

    @property
    def process(self) -> Process:
        """The test's own pipeline process."""
        if self._process is None:
            self._process = Process(load(self.environ), "test", connections=4)
            self._runner = build_batch_runner(self._process, TaskQueue())
        return self._process

    def feed(self, *records: dict[str, Any]) -> None:
        """Ingest records as one batch: normalise, persist, match, publish."""
        batch_id = self.offer(*records)
        self._runner.run(batch_id)

    def offer(self, *records: dict[str, Any]) -> str:
        """Store a claim check of a batch and return the batch's id; no worker has run it yet."""
        claims = self.process.claims
        batch_id = new_batch_id("demo")
        raws = [RawRecord(int(time.time() * 1000), msgspec.json.encode(record)) for record in records]
        claims.offer(batch_id, encode_batch(RawBatch("replay", raws)))
        return batch_id

    def attempt(self, batch_id: str) -> Iterator[str]:
        """Begin an attempt at a batch; the iterator takes one step at a time."""
        claim = self.process.claims.take(batch_id)
        assert claim is not None
        return iter(self._runner.processor.attempt(claim))

    def tick(self, **more: Any) -> None:
        """Publish a tick as upkeep does."""
        tick = {"type": "tick", "indexed": 1, "rate": 2.5, "sources": [], **more}
        self.process.order.announce(msgspec.json.encode(tick))

    def serve(self, app: str = "web:create_app()", **settings: str) -> Server:
        """Start gunicorn and wait until it answers."""
        port = int(settings.get("PORT") or free_port())
        number = len(self.servers)
        log = self.logs / f"web{number}.log"
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "CI", "TMPDIR") if key in os.environ}
        environ = kept | self.environ | {"PORT": str(port), "HOST": "127.0.0.1", "PYTHONPATH": str(PROJECT)} | settings
        master = WEB.start(["gunicorn", "-c", "python:web.server.gunicorn_config", app], environ, log)
        server = Server(port, master, log)
        self.servers.append(server)

        def answers() -> bool:
            assert master.poll() is None, log.read_text()
            try:
                return server.get("/healthz").status == 200
            except OSError:
                return False

        wait_until(answers, 30)
        return server

    def close(self) -> None:
        """Stop every server and close every connection."""
        for server in self.servers:
            if server.master.poll() is None:
                for pid in [server.master.pid, *server.workers]:
                    os.kill(pid, signal.SIGCONT)
                server.master.kill()
                for pid in server.workers:
                    os.kill(pid, signal.SIGKILL)
                server.master.wait(10)
        if self._process is not None:
            self._process.counters.stop()
            self._process.store().close()
            self._process.redis.close()

    def post(self, text: str, number: int | None = None, **more: Any) -> dict[str, Any]:
        """Return the record of a post."""
        self._count += 1
        number = self._count if number is None else number
        return {
            "murmur": 1,
            "id": f"demo:{number}",
            "version": 1,
            "created_at": NOW_MS - 3_600_000 + number * 10,
            "text": text,
            "lang": "en",
            "author": {"id": "7", "handle": "ada", "name": "Ada"},
            **more,
        }

    def deletion(self, number: int) -> dict[str, Any]:
        """Return the record of a deletion."""
        return {"murmur": 1, "kind": "delete", "id": f"demo:{number}", "at": int(time.time() * 1000)}


def make_product(valkey_url: str, **settings: str) -> Iterator[Product]:
    """Yield a product with settings, and close it at the end."""
    with tempfile.TemporaryDirectory(prefix="mw-") as path:
        environ = {
            "REDIS_URL": valkey_url,
            "REDIS_PREFIX": f"w{secrets.token_hex(4)}",
            "DATA_DIR": str(Path(path) / "data"),
            **settings,
        }
        product = Product(environ, Path(path))
        try:
            assert product.process
            yield product
        finally:
            product.close()


@pytest.fixture
def product(valkey_server: str) -> Iterator[Product]:
    """A product for one test; start servers with `serve`."""
    yield from make_product(valkey_server)


@pytest.fixture(scope="module")
def shared(valkey_server: str) -> Iterator[Product]:
    """A product for the tests of a module."""
    yield from make_product(valkey_server)


@pytest.fixture(scope="module")
def server(shared: Product) -> Server:
    """A web server with default settings for the tests of a module."""
    return shared.serve()


@pytest.fixture(scope="module")
def stocked(shared: Product, server: Server) -> Server:
    """A server with thirty posts of otters and one that would be a formula."""
    shared.feed(*[shared.post(f"otters {number} #river", 100 + number) for number in range(30)])
    shared.feed(
        shared.post('=HYPERLINK("http://evil") otters', 50, author={"id": "8", "handle": "bob", "name": "+Bob"})
    )
    shared.tick(indexed=31)
    return server
