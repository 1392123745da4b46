"""Starting and ending the whole product, as a person does it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import time
from pathlib import Path

import pytest

from cli.procfile import procfile
from tests.conftest import missing
from tests.e2e.conftest import Start
from tests.e2e.product import Product, free_port, until
from tests.paths import PROJECT
from tests.records import path_of
from tests.run.dynos import archived, platform_path
from tests.sources.recording_context import Context, records_of
from tests.store.elastic.stores import access, wipe

pytestmark = pytest.mark.e2e

STREAM = "x-v1.1/stream.jsonl.gz"


@pytest.fixture
def replay() -> dict[str, str]:
    """Settings that replay a recorded stream as fast as it can be."""
    return {"SOURCE": "replay", "REPLAY_PATH": str(path_of(STREAM)), "REPLAY_SPEED": "max", "WORKERS": "2"}


def _distinct_posts() -> int:
    """Return the number of posts in the recording, originals included, read by the adapters alone."""
    from pipeline.normalise.format_dispatch import normalise
    from pipeline.post import Upsert
    from pipeline.sources.replay.source import ReplaySource

    ids = set()
    for record in records_of(ReplaySource(str(path_of(STREAM)), 0.0, loop=False)):
        for event in normalise(record.data, "replay", record.received_at):
            if isinstance(event, Upsert):
                ids.add(event.post.id)
    return len(ids)


@pytest.mark.thorough  # the product on an older Elasticsearch stores exactly what was sent in test_outage
@pytest.mark.elasticsearch
def test_replay_into_elasticsearch_stores_exactly_the_distinct_posts(
    start: Start, replay: dict[str, str], elasticsearch_9: str
) -> None:
    settings = access(elasticsearch_9)
    try:
        cluster = {
            "ELASTICSEARCH_URL": elasticsearch_9,
            "ELASTICSEARCH_PREFIX": settings.elasticsearch_prefix,
            "ELASTICSEARCH_REPLICAS": "0",
        }
        product = start(**replay, **cluster).wait_ready()
        expected = _distinct_posts()
        until(lambda: product.stored() >= expected, 60)
        until(lambda: product.get("/api/stats")["sources"][0]["state"] == "ended", 60)
        assert product.stored() == expected
        assert len(product.get("/api/search", q="love", limit=5)["posts"]) == 5
        assert product.get("/api/timeline", q="*")["total"] == expected
        # A busy server may have refused a connection: /readyz reports that until one succeeds, at most 20 seconds.
        until(lambda: product.readiness()[0] == 200, 60)
        product.stop()
    finally:
        wipe(settings)


def _recording(path: Path, posts: int) -> int:
    """Write a recording that is long enough to be stopped in the middle; return its number of posts."""
    from pipeline.sources.demo.source import DemoSource

    context = Context()
    ids: set[str] = set()
    with path.open("wb") as file:
        for chunk in DemoSource(3, 50_000.0).read('{"seed":3,"chapter":0,"event":0}', context):
            for record in chunk.records:
                one = json.loads(record.data)
                if one["kind"] == "post":  # a deleted post would make the count depend on order
                    ids |= {one["id"]} | ({one["original"]["id"]} if "original" in one else set())
                    file.write(record.data + b"\n")
            if len(ids) >= posts:
                return len(ids)
    raise AssertionError("the demonstration ended")


def test_sigterm_in_the_middle_of_a_backlog_ends_all_and_each_post_is_stored_once(start: Start, tmp_path: Path) -> None:
    recording, data_dir = tmp_path / "long.jsonl", tmp_path / "data"
    expected = _recording(recording, 10_000)
    settings = {"SOURCE": "replay", "REPLAY_PATH": str(recording), "REPLAY_SPEED": "max"}
    product = start(data_dir, **settings, WORKERS="2").wait_ready()
    until(lambda: product.stored() > 500, 60)
    assert len(product.processes()) >= 7
    product.stop()
    assert product.processes() == {}
    assert product.process.returncode == 0
    again = start(data_dir, **settings).wait_ready()
    assert again.stored() < expected, "it was stopped in the middle"
    _played_to_its_end(again, expected)
    again.stop()
    third = start(data_dir, **settings).wait_ready()
    assert third.stored() == expected, "they are there at the next start"
    _played_to_its_end(third, expected)  # and are not played again


def _played_to_its_end(product: Product, expected: int) -> None:
    """Wait until the source has ended and nothing is queued any more, and as many posts as expected are stored."""
    until(lambda: product.get("/api/stats")["sources"][0]["state"] == "ended", 60)
    until(lambda: product.stored() >= expected, 60)
    time.sleep(1)
    assert product.stored() == expected


def test_a_killed_process_is_started_again_and_posts_flow(start: Start) -> None:
    product = start(SOURCE="demo", DEMO_RATE="0.5").wait_ready()
    for role in ("web", "worker", "reader", "upkeep", "valkey-server"):
        _kill_and_see(product, role)


def _kill_and_see(product: Product, role: str) -> None:
    """Kill the processes of a role; wait until they run again and more posts are stored."""

    def running() -> dict[int, str]:
        wanted = f"-m cli {role}" if role != "valkey-server" else role
        return {pid: line for pid, line in product.processes().items() if wanted in line or f"{role}@" in line}

    before = until(running)
    for pid in before:
        with contextlib.suppress(ProcessLookupError):  # one of them may have ended with another
            os.kill(pid, signal.SIGKILL)
    until(lambda: [pid for pid in running() if pid not in before], 60)
    until(lambda: _ready(product.url), 60)
    stored = product.stored()
    # A reader that was killed holds its lease for some seconds, a broker's clients come back one by one.
    until(lambda: product.stored() > stored + 1, 60)


def _ready(url: str) -> bool:
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_it_runs_from_an_archive_of_the_project_alone(start: Start, tmp_path: Path) -> None:
    """The `all` line of one container: the committed files and the built page, no checkout, an empty volume."""
    project = archived(tmp_path / "slug")
    command = procfile(project / "Procfile")["all"]
    product = start(command=command, cwd=project, SOURCE="demo", DEMO_RATE="0.1", PATH=platform_path()).wait_ready()
    until(product.stored, 60)
    # A container's port must be reached from outside.
    assert f" 00000000:{product.port:04X} " in Path("/proc/net/tcp").read_text(), (
        "a container's port is reached from outside"
    )
    product.stop(signal.SIGINT)
    assert product.processes() == {}
    assert product.process.returncode == 0


def test_make_run_prints_one_line_refuses_a_second_and_sigterm_ends_all_though_browsers_keep_their_connections(
    start: Start, tmp_path: Path
) -> None:
    for stamp in (".venv/.ready", "web/static/.ready"):
        if not (PROJECT / stamp).exists():
            missing(f"{stamp}: what `make` builds before it starts anything")
    product = start(tmp_path / "data", command=["make", "run"], SOURCE="demo", DEMO_RATE="0.1").wait_ready()
    second = start(tmp_path / "data", SOURCE="demo", PORT=str(free_port()))
    assert second.process.wait(60) == 2
    until(lambda: "in use by another" in second.text(), 60)
    assert second.text().count("\n") == 1
    assert product.stored() >= 0, "the first goes on"
    assert product.text() == f"Murmuration is at {product.url}\n"
    kept = [http.client.HTTPConnection("127.0.0.1", product.port, timeout=20) for _ in range(10)]
    for connection in kept:
        connection.request("GET", "/api/stats")
        assert connection.getresponse().read()
    product.stop()
    assert product.processes() == {}
    assert "killing 'web'" not in product.text(), "the supervisor says whom it had to kill"
    for connection in kept:
        connection.close()
