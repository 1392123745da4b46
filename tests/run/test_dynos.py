"""The product as dynos: the Procfile's processes on a rented Redis, with a disk each or a shared one."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.e2e.product import until
from tests.paths import PROJECT
from tests.run.conftest import Rented
from tests.run.dynos import Dyno, Formation, archived, formation, platform_path

pytestmark = pytest.mark.e2e

ROLES = ("reader", "worker", "upkeep")
NOT_SHARED = "worker and web do not share a store: set ELASTICSEARCH_URL or run on one machine"


def _ready(web: Dyno) -> bool:
    return web.answer("/readyz")[0] == 200


def _all(made: Formation) -> Dyno:
    for role in ROLES:
        made.start(role)
    web = made.start("web")
    until(lambda: _ready(web), 60)
    return web


@contextlib.contextmanager
def _watching(web: Dyno, *queries: str) -> Iterator[ClientConnection]:
    with connect(f"ws://127.0.0.1:{web.port}/ws") as socket:
        for number, query in enumerate(queries):
            message = {"type": "subscribe", "id": str(number), "query": query, "history": 50, "after": None}
            socket.send(json.dumps(message))
        yield socket


def _live_posts(socket: ClientConnection, wanted: int, seconds: float = 60) -> int:
    seen = 0
    end = time.monotonic() + seconds
    while seen < wanted and time.monotonic() < end:
        frame = json.loads(socket.recv(timeout=15))
        if frame["type"] == "posts":
            seen += len(frame["posts"])
    return seen


@pytest.mark.redis
def test_archived_lines_bring_posts_to_a_browser_on_an_empty_disk_each_time(valkey: str, tmp_path: Path) -> None:
    project = archived(tmp_path / "slug")
    settings = {"REDIS_URL": valkey, "DEMO_RATE": "0.5", "PATH": platform_path()}
    for start in ("one", "two"):
        with formation(tmp_path / start, settings | {"DATA_DIR": str(tmp_path / start / "disk")}, project) as made:
            released = made.start("release")
            assert released.process.wait(30) == 0
            web = _all(made)
            with _watching(web, "*", "lang:en") as socket:
                assert _live_posts(socket, 4) >= 4
            for dyno in made.dynos[1:]:
                assert dyno.end() < 30, dyno.role


@pytest.mark.redis
def test_web_listens_on_every_address_where_a_platform_sets_port(valkey: str, tmp_path: Path) -> None:
    with formation(tmp_path, {"REDIS_URL": valkey, "DATA_DIR": str(tmp_path / "disk"), "WEB_CONCURRENCY": "2"}) as made:
        web = made.start("web")
        until(lambda: web.answer("/healthz")[0] == 200, 60)
        listening = Path("/proc/net/tcp").read_text()
        assert f" 00000000:{web.port:04X} " in listening
        children = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children").read_text().split()
        assert len(children) == 2, "WEB_CONCURRENCY is honoured"


def test_five_processes_live_on_a_rented_redis_with_twenty_connections(rented: Rented, tmp_path: Path) -> None:
    settings = {"REDIS_URL": rented.url, "REDIS_CA_FILE": str(rented.certificate), "DEMO_RATE": "0.5"}
    most = 0
    with formation(tmp_path, settings | {"DATA_DIR": str(tmp_path / "disk")}) as made:
        webs = [_all(made), made.start("web")]
        until(lambda: all(_ready(web) for web in webs), 60)
        with contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(_watching(web, "*", "starlings", "lang:de")) for web in webs]
            for _ in range(20):
                for web in webs:
                    assert web.answer("/api/search?q=starlings")[0] == 200
                clients = [one for one in rented.client.client_list() if one["name"] != "the-test"]
                most = max(most, len(clients))
                time.sleep(0.2)
            assert _live_posts(sockets[0], 4) >= 4
            assert _live_posts(sockets[1], 4) >= 4
        assert 5 <= most <= 19, "the test itself has the twentieth"
        assert "max number of clients" not in made.logs()


def test_self_signed_certificate_is_refused_unless_the_settings_trust_it(rented: Rented, tmp_path: Path) -> None:
    environ = {"REDIS_URL": rented.url, "DATA_DIR": str(tmp_path / "disk"), "SOURCE": "demo"}

    def doctor(**more: str) -> str:
        done = subprocess.run(
            [str(PROJECT / "bin" / "murmur"), "doctor"],
            env={"PATH": "/usr/bin:/bin", **environ, **more},
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        return next(line for line in done.stdout.splitlines() if "broker" in line)

    assert doctor().startswith("BAD")
    assert "secret" not in doctor()
    assert doctor(REDIS_TLS_VERIFY="false").startswith("ok")
    assert doctor(REDIS_CA_FILE=str(rented.certificate)).startswith("ok")


@pytest.mark.redis
def test_split_disks_are_caught_by_page_log_and_doctor(valkey: str, tmp_path: Path) -> None:
    with formation(tmp_path, {"REDIS_URL": valkey, "LOG_LEVEL": "INFO", "DEMO_RATE": "0.1"}) as made:
        for role in ROLES:
            made.start(role, DATA_DIR=str(tmp_path / "one"))
        shared = made.start("web", DATA_DIR=str(tmp_path / "one"))
        until(lambda: _ready(shared) and shared.answer("/api/stats")[1]["indexed"] > 0, 60)
        split = made.start("web", DATA_DIR=str(tmp_path / "two"))
        until(lambda: split.answer("/healthz")[0] == 200, 60)

        def logged() -> bool:
            status, body = split.answer("/readyz")
            return status == 503 and NOT_SHARED in json.dumps(body)

        until(logged, 60)
        assert split.answer("/api/page")[1]["problem"] == NOT_SHARED
        assert NOT_SHARED in split.log.read_text()
        assert shared.answer("/api/page")[1]["problem"] is None
        for directory, status in (("one", 0), ("two", 1)):
            done = subprocess.run(
                [str(PROJECT / "bin" / "murmur"), "doctor"],
                env={"PATH": "/usr/bin:/bin", "REDIS_URL": valkey, "DATA_DIR": str(tmp_path / directory)},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert done.returncode == status, done.stdout
            assert (NOT_SHARED in done.stdout) is (status == 1)
