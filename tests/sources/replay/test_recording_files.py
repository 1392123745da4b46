"""Files of a recording: read by name, and up to the damage of a packed one."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.sources.recording_context import Context, records_of
from tests.sources.replay.demo_recording import LINES, data_of, replay_of


def test_glob_is_read_by_name(tmp_path: Path) -> None:
    for number in (2, 0, 1):
        (tmp_path / f"{number}.jsonl").write_bytes(LINES[number] + b"\n")
    assert data_of(tmp_path / "*.jsonl") == LINES[:3]


def test_damaged_archive_gives_what_can_be_read_and_the_next_file_follows(tmp_path: Path) -> None:
    body = b"\n".join(LINES * 4000)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(body)[:-2000])
    (tmp_path / "b.jsonl").write_bytes(LINES[4] + b"\n")
    context = Context()
    found = [record.data for record in records_of(replay_of(tmp_path / "*"), context=context)]
    assert len(found) > 1000
    assert found[-1] == LINES[4]
    assert any("damaged" in detail for _, detail in context.reports)
