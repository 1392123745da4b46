"""docs/reference/redis.md lists every key, channel and queue, and a run leaves no other in Redis."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.broker.keys import Names
from tests.delivery.celery_processes import ROLES, Processes, eventually, processes
from tests.delivery.conftest import process_of
from tests.paths import PROJECT

PAGE = (PROJECT / "docs" / "reference" / "redis.md").read_text()
PLACEHOLDERS = {
    "stream_queue": "source",
    "batch": "id",
    "live": "key",
    "reader": "source",
    "cursor": "source",
    "read_at": "source",
    "sink": "name",
    "sink_places": "name",
    "source_state": "source",
    "recheck": "source",
    "recheck_authors": "source",
    "imported": "digest",
    "counters": "process",
    "duty": "job",
}


def _named() -> set[str]:
    names = Names("murmur")
    found = {getattr(names, member) for member in vars(Names) if isinstance(vars(Names)[member], property)}
    return found | {getattr(names, method)(f"<{what}>") for method, what in PLACEHOLDERS.items()}


def _documented() -> list[str]:
    return re.findall(r"^\| `(murmur[^`]+)` \|", PAGE, re.M)


def test_every_name_is_documented_once_and_none_besides() -> None:
    members = {member for member in vars(Names) if not member.startswith("_")} - {"prefix"}
    properties = {member for member in members if isinstance(vars(Names)[member], property)}
    assert members - properties == set(PLACEHOLDERS), "a new kind of name: say here what stands in it"
    assert sorted(_documented()) == sorted(_named())


@pytest.mark.redis
def test_a_run_leaves_nothing_in_redis_that_is_not_documented(environ: dict[str, str], directory: Path) -> None:
    patterns = [
        re.compile(re.sub(r"<\w+>", ".+", re.escape(name).replace(r"\<", "<").replace(r"\>", ">")))
        for name in _documented()
    ]
    patterns += [re.compile(r"_kombu\.binding.*"), re.compile(r"murmur\.unacked(_index|_mutex)?")]
    with processes(environ, directory / "logs") as started:
        _run(started)
        keys = {key.decode() for key in process_of(environ).redis.scan_iter(count=1_000)}
    assert {key for key in keys if not any(pattern.fullmatch(key) for pattern in patterns)} == set()


def _run(started: Processes) -> None:
    process = process_of(started.environ)
    for role in ROLES:
        started.start(role)
    process.dead.add([])
    eventually(lambda: process.store().indexed() > 2_000, 40)
