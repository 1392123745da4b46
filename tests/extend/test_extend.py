"""docs/how-to/extend.md is true: its package is short, can be installed, passes the contract tests, and runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import missing
from tests.e2e.product import Product, until
from tests.extend.package import EXAMPLE, Elsewhere, install
from tests.paths import PROJECT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("extend"))


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    server = Elsewhere()
    yield server
    server.close()


def murmur(installed: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed), **settings}
    command = [str(PROJECT / "bin" / "murmur"), *words]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("name", "most"), [("quakes.py", 40), ("webhook.py", 30)])
def test_examples_are_short(name: str, most: int) -> None:
    lines = (EXAMPLE / name).read_text(encoding="utf-8").splitlines()
    assert 10 < len(lines) <= most
    assert max(map(len, lines)) <= 120


def test_example_passes_the_tests_that_come_with_the_product(
    installed: Path, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    elsewhere.shake(1, "M 4.2")
    (tmp_path / "test_package.py").write_text(f"""
from pipeline.testing.sink_contract import SinkContract
from pipeline.testing.source_contract import SourceContract
from quakes import Quakes
from webhook import Webhook

class TestQuakes(SourceContract):
    def source(self):
        return Quakes({{"url": "{elsewhere.url}"}})

class TestWebhook(SinkContract):
    def sink(self):
        return Webhook({{"url": "{elsewhere.url}"}})
""")
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{installed}:{PROJECT}"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "10 passed" in done.stdout
    assert len(elsewhere.posts("cats")) >= 4


def test_name_nobody_offers_is_refused_with_those_that_are_there(installed: Path) -> None:
    done = murmur(installed, "settings", SOURCE="tides", SINKS="pager = storm")
    assert done.returncode == 2
    assert "SOURCE=tides: must be a comma-separated list of demo, " in done.stderr
    assert "quakes" in done.stderr
    assert "SINKS=pager = storm: must be `sink = search; sink = search`, of the installed sinks: webhook" in done.stderr


def test_doctor_asks_the_package_and_hides_none_of_its_troubles(
    installed: Path, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    settings = {"SOURCE": "quakes", "SINKS": "webhook = storm", "DATA_DIR": str(tmp_path)}
    done = murmur(installed, "doctor", QUAKES_URL=elsewhere.url, **settings)
    assert f"ok   quakes   0 earthquakes at {elsewhere.url}" in done.stdout
    assert "BAD  sink     webhook: webhook:Webhook cannot be used: KeyError: 'url'" in done.stdout


def test_search_that_is_none_keeps_a_sink_from_starting(installed: Path, tmp_path: Path) -> None:
    settings = {"SINKS": "webhook = (storm", "WEBHOOK_URL": "http://127.0.0.1:9", "DATA_DIR": str(tmp_path)}
    for command in ("run", "sinks"):
        done = murmur(installed, command, **settings)
        assert done.returncode == 2
        assert done.stderr.startswith("SINKS: webhook = (storm: ")


@pytest.mark.e2e
def test_installed_source_and_sink_run_in_the_product_and_a_failing_sink_misses_nothing(
    installed: Path, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    if not (PROJECT / "web" / "static" / "index.html").exists():
        missing("built page: run `make page`")
    elsewhere.shake(1, "M 4.2 before anybody asked, at sea")
    settings: Any = {
        "PYTHONPATH": str(installed),
        "SOURCE": "quakes",
        "QUAKES_URL": elsewhere.url,
        "SINKS": "webhook = sea; webhook = land",
        "WEBHOOK_URL": elsewhere.url,
        "INGEST_TOKEN": "t",
    }
    product = Product(tmp_path / "data", **settings)
    try:
        product.wait_ready()
        until(lambda: product.stored() == 1, 60)
        assert [post["text"] for post in product.get("/api/search", q="source:quakes")["posts"]] == [
            "M 4.2 before anybody asked, at sea"
        ]
        until(lambda: product.get("/api/stats")["searches"] == 2, 30)  # the sink has begun
        elsewhere.failures = 3
        for number in range(5):
            elsewhere.shake(10 + number, f"M {number}.0 at sea")
        elsewhere.shake(20, "M 1.0 on land")
        product.stop()  # the source asks every half minute, and at once when it is started
        product = Product(tmp_path / "data", **settings).wait_ready()
        until(lambda: product.stored() == 7, 60)
        until(lambda: len(set(elsewhere.posts("sea"))) >= 5 and elsewhere.posts("land"), 60)
        later = elsewhere.posts("sea")[-5:]
        assert later == [f"M {number}.0 at sea" for number in range(5)], "in order, each once"
        assert elsewhere.posts("land") == ["M 1.0 on land"]
        assert elsewhere.failures == 0
    finally:
        product.end()
