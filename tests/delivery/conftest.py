"""A pipeline of real parts for each test: its own Valkey, and a store in its own directory."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from pipeline.assembly import Process, understand
from pipeline.normalise import normalise
from pipeline.queue.batch import RawBatch, RawRecord
from pipeline.settings import Settings, load
from pipeline.worker.normalised_batch import fold_batch
from tests.conftest import missing
from tests.delivery.celery_processes import Broker
from tests.records import path_of

STREAM = "x-v1.1/stream.jsonl.gz"


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="mv-") as path:
        yield Path(path)


@pytest.fixture
def broker(directory: Path) -> Iterator[Broker]:
    """This test's own Valkey, with an append-only file."""
    started = Broker(directory)
    try:
        started.start()
    except Exception as error:  # noqa: BLE001 - the skip names the reason
        missing(f"a Valkey that starts ({error})")
    try:
        yield started
    finally:
        started.kill()


@pytest.fixture
def environ(broker: Broker, directory: Path) -> dict[str, str]:
    """Settings of a pipeline that replays a recorded stream at full speed."""
    return {
        "REDIS_URL": broker.url,
        "DATA_DIR": str(directory / "data"),
        "SOURCE": "replay",
        "REPLAY_PATH": str(path_of(STREAM)),
        "REPLAY_SPEED": "max",
    }


def process_of(environ: dict[str, str]) -> Process:
    """Return the test's own parts for a pipeline with these settings."""
    settings: Settings = load(environ)
    return Process(settings, "test", connections=2)


def stored_versions(process: Process) -> dict[str, int]:
    """Return id → version of every stored post."""
    with process.store().reading(timeout_s=30) as reading:
        posts = [msgspec.json.decode(body) for body in reading.export(understand("*"))]
    assert len({post["id"] for post in posts}) == len(posts)
    return {post["id"]: post["version"] for post in posts}


def records_in(path: Path) -> list[bytes]:
    """Return the records of a gzip file, one a line."""
    return gzip.decompress(path.read_bytes()).splitlines()


@cache
def expected_ids(path: Path) -> frozenset[str]:
    """Return the ids of all posts in a file of records, with originals and without deleted posts."""
    lines = records_in(path)
    normalised = fold_batch(RawBatch("replay", [RawRecord(1_700_000_000_000, line) for line in lines]), normalise)
    return frozenset(upsert.post.id for upsert in normalised.writes.upserts)
