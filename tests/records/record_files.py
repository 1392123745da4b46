"""Record files: writes all records into a temporary folder, under the names of their published counterparts."""

from __future__ import annotations

import atexit
import gzip
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.records import (
    bluesky_events,
    hard_cases,
    mastodon_events,
    mastodon_statuses,
    x_stream_messages,
    x_v1_statuses,
    x_v2_responses,
)
from tests.records.drafts import Writer


def files() -> dict[str, bytes]:
    """Return name → content of all files; the same at every call."""
    pages = x_v2_responses.pages(Writer("v2 pages"), 30)
    stream = x_v2_responses.stream(Writer("v2 stream"), 240)
    torn = lines(stream[:7])[:-1]
    events = mastodon_events.events(Writer("mastodon events"), 240)
    return {
        "x-v1.1/stream.jsonl.gz": _packed(lines(streamed() + hard_cases.records("x_stream"))),
        "x-v1.1/rest.jsonl.gz": _packed(lines(_asked() + hard_cases.records("x_rest"))),
        "x-v1.1/interleaved.txt.gz": _packed(lines(_interleaved())),
        "x-v1.1/control.jsonl": lines(x_stream_messages.control(Writer("x control"))),
        "x-v2/stream.jsonl": lines(stream),
        "x-v2/pages.jsonl.gz": _packed(lines(pages + hard_cases.records("x_pages"))),
        "x-v2/flattened.jsonl": lines(x_v2_responses.flattened(Writer("v2 flattened"), 200)),
        "x-v2/errors.jsonl": lines(x_v2_responses.errors()),
        "x-v2/rules_responses.jsonl": lines(x_v2_responses.rule_answers()),
        "x-v2/torn_line.jsonl": torn[: -len(torn) // 14],
        "bluesky/events.jsonl": lines(
            bluesky_events.events(Writer("jetstream"), 400, 1) + hard_cases.records("bluesky")
        ),
        "bluesky/jsonbench.jsonl": lines(bluesky_events.events(Writer("archive"), 600, 0)),
        "bluesky/frames.jsonl": lines(bluesky_events.frames(Writer("frames"), 300)),
        "mastodon/statuses.jsonl.gz": _packed(
            lines(mastodon_statuses.statuses(Writer("toots"), 360) + hard_cases.records("mastodon"))
        ),
        "mastodon/timelines.jsonl": lines([mastodon_statuses.statuses(Writer(f"timeline {n}"), 40) for n in range(6)]),
        "mastodon/events.jsonl": lines(events),
        "mastodon/stream_public.txt": mastodon_events.body(events[:60]),
    }


def streamed(count: int = 800) -> list[dict[str, Any]]:
    """Return statuses of the v1.1 stream, `count` of each of its three ages."""
    writer = Writer("x stream")
    return [status for age in x_v1_statuses.AGES for status in x_v1_statuses.statuses(writer, age, count)]


def lines(records: list[Any]) -> bytes:
    """Return records one a line, as servers write them."""
    return b"".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for one in records)


def packed(records: list[Any], path: Path) -> Path:
    """Write records, one a line, packed; return where."""
    path.write_bytes(_packed(lines(records)))
    return path


@cache
def folder() -> Path:
    """Return a directory with all files; it goes with this process."""
    directory = Path(tempfile.mkdtemp(prefix="records-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    for name, content in files().items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return directory


def _asked() -> list[dict[str, Any]]:
    writer = Writer("x rest")
    return [status for age in (2015, 2018) for status in x_v1_statuses.statuses(writer, age, 260, streamed=False)]


def _interleaved() -> list[dict[str, Any]]:
    writer = Writer("x interleaved")
    made: list[dict[str, Any]] = []
    for number, status in enumerate(x_v1_statuses.statuses(writer, 2015, 200)):
        made.append(status)
        if number % 20 == 19:
            made.append(x_stream_messages.limit(writer, number))
    return made


def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 1, mtime=0)
