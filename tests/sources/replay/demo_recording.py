"""Five demo records, their lines, and the source that replays files of them."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.sources.replay.source import ReplaySource
from tests.sources.recording_context import records_of

RECORDS = [{"murmur": 1, "id": f"demo:{n}", "created_at": 1_600_000_000_000 + 1000 * n} for n in range(5)]
LINES = [json.dumps(record, separators=(",", ":")).encode() for record in RECORDS]


def replay_of(path: Path | str, speed: float = 0.0, *, loop: bool = False) -> ReplaySource:
    return ReplaySource(str(path), speed, loop=loop)


def data_of(path: Path | str) -> list[bytes]:
    """Return the bytes of each record of a recording."""
    return [record.data for record in records_of(replay_of(path))]
