"""A managed Redis on a small plan: TLS with a self-signed certificate, no CONFIG command, twenty connections."""

from __future__ import annotations

import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.broker.connections import connect
from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable
from pipeline.match.search_registry import Registry
from pipeline.settings import load
from tests.conftest import missing
from tests.delivery.celery_processes import Broker, eventually, free_port, processes
from tests.delivery.conftest import STREAM, expected_ids, process_of, stored_versions
from tests.delivery.tls_proxy import TlsProxy, self_signed
from tests.paths import PROJECT
from tests.records import path_of

pytestmark = pytest.mark.redis

ALLOWED = 18
"""Connections that the product may use of twenty; two are left for an operator."""


@pytest.fixture
def managed(directory: Path) -> Iterator[tuple[Broker, str, Path]]:
    """A Valkey with maxclients 20 and no CONFIG, its rediss:// URL, and its certificate."""
    if shutil.which("openssl") is None:
        missing("openssl")
    started = Broker(directory, maxclients="20", rename_command='CONFIG ""', maxmemory="100mb")
    started.start()
    try:
        certificate, key = self_signed(directory)
        with TlsProxy(directory / "s", certificate, key) as front:
            yield started, f"rediss://localhost:{front.port}/0", certificate
    finally:
        started.kill()


def _answers(port: int) -> bool:
    """Send enough requests that both web processes have opened their connections."""
    try:
        for _ in range(8):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/stats", timeout=5) as answer:
                answer.read()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "how",
    [
        "its certificate is named",
        # `murmur doctor` connects in both ways in tests/run/test_dynos.py.
        pytest.param("no certificate is checked", marks=pytest.mark.thorough),
    ],
)
def test_a_replay_runs_within_the_connections_of_a_small_plan(
    managed: tuple[Broker, str, Path], directory: Path, how: str
) -> None:
    broker, url, certificate = managed
    trust = {"REDIS_CA_FILE": str(certificate)} if "named" in how else {"REDIS_TLS_VERIFY": "false"}
    environ = {"REDIS_URL": url, "DATA_DIR": str(directory / "data"), "SOURCE": "replay", "REPLAY_SPEED": "max"} | trust
    environ["REPLAY_PATH"] = str(path_of(STREAM))
    with broker.client() as watching, processes(environ, directory / "logs") as started:
        process = process_of(environ)
        for role in ("upkeep", "reader", "worker"):
            started.start(role)
        port = free_port()
        started.start_web(port, 2)
        eventually(lambda: _answers(port), 40)
        most = 0

        def done() -> bool:
            nonlocal most
            seen = [client for client in watching.client_list() if client["name"] != "murmur-test"]
            most = max(most, len(seen) - 1)
            return process.store().indexed() > 0 and process.claims.backlog().batches == 0

        eventually(done, 40)
        eventually(lambda: set(stored_versions(process)) == expected_ids(path_of(STREAM)), 40)
        assert done()
        assert 8 < most <= ALLOWED


def test_a_self_signed_certificate_is_refused_by_default(managed: tuple[Broker, str, Path], names: Names) -> None:
    _, url, _ = managed
    redis = connect(load({"REDIS_URL": url}))
    with pytest.raises(BrokerUnavailable, match=r"(?i)certificate"):
        Registry(redis, names).version()


def test_a_worker_started_by_its_command_line_speaks_tls_to_the_broker_too(
    managed: tuple[Broker, str, Path],
) -> None:
    """kombu trusts the same certificates as redis-py."""
    _, url, certificate = managed
    script = (
        "from pipeline.jobs.app import app; c = app.connection_for_write(); "
        "c.ensure_connection(max_retries=1); print('ok')"
    )
    environ = {"REDIS_URL": url, "REDIS_CA_FILE": str(certificate), "PYTHONPATH": str(PROJECT), "PATH": "/usr/bin"}
    ran = subprocess.run([sys.executable, "-c", script], env=environ, capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "ok", ran.stderr
