"""Replay source: reads every packing, resumes at every position, and passes damaged records on."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from pipeline.normalise.format_dispatch import normalise
from pipeline.post import Upsert
from pipeline.sources.large_document import RECORD_MAX_BYTES
from pipeline.sources.line_splitter import TRUNCATED_BYTES
from pipeline.sources.replay.source import CHUNK_RECORDS
from tests.records import path_of
from tests.sources.recording_context import Context, records_of
from tests.sources.replay.demo_recording import LINES, RECORDS, data_of, replay_of


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("a.jsonl", b"\n".join(LINES) + b"\n"),
        ("no_end.jsonl", b"\n".join(LINES)),
        ("windows.txt", b"\r\n\r\n".join(LINES) + b"\r\n"),
        ("list.json", b"[" + b",".join(LINES) + b"]"),
        ("lines.json", b"\n".join(LINES)),
        ("bom.json", b"\xef\xbb\xbf[" + b", ".join(LINES) + b"]"),
        ("indented.json", json.dumps(RECORDS, indent=2).encode()),
        ("objects.json", b"\n".join(json.dumps(record, indent=1).encode() for record in RECORDS)),
    ],
)
def test_every_packing_gives_the_same_records(tmp_path: Path, name: str, body: bytes, packed: bool) -> None:
    path = tmp_path / (name + ".gz" if packed else name)
    path.write_bytes(gzip.compress(body) if packed else body)
    assert [json.loads(data) for data in data_of(path)] == RECORDS


def test_server_sent_events_become_the_objects_a_socket_carries(tmp_path: Path) -> None:
    path = tmp_path / "stream.txt"
    path.write_bytes(
        b':)\nevent: update\ndata: {"id":"1"}\n\n:thump\nevent: delete\ndata: 7\n\nevent: update\ndata: {"i'
    )
    found = [json.loads(data) for data in data_of(path)]
    assert found[:2] == [{"event": "update", "payload": '{"id":"1"}'}, {"event": "delete", "payload": "7"}]
    assert found[2] == {"event": "update", "payload": '{"i'}, "a torn one is passed on and set aside later"


def test_torn_line_is_passed_on_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "torn.jsonl"
    path.write_bytes(LINES[0] + b"\n" + LINES[1][:20] + b"\n\x00\xff\xfe\n" + LINES[2] + b"\n" + LINES[3][:9])
    assert data_of(path) == [LINES[0], LINES[1][:20], b"\x00\xff\xfe", LINES[2], LINES[3][:9]]


def test_ten_megabyte_line_is_one_unreadable_record_and_its_neighbours_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(LINES[0] + b"\n" + b'{"a":"' + b"x" * 10 * 1024 * 1024 + b'"}\n' + LINES[1] + b"\n")
    first, long, last = data_of(path)
    assert (first, last) == (LINES[0], LINES[1])
    assert len(long) == TRUNCATED_BYTES


def test_document_with_an_endless_string_is_one_unreadable_record(tmp_path: Path) -> None:
    path = tmp_path / "endless.json"
    path.write_bytes(b"[" + LINES[0] + b',{"a":"' + b"x" * (RECORD_MAX_BYTES + 2_000_000))
    found = data_of(path)
    assert found[0] == LINES[0]
    assert all(len(data) <= max(TRUNCATED_BYTES, RECORD_MAX_BYTES) for data in found)
    assert len(found) <= 3


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.jsonl.gz"])
def test_reading_goes_on_at_the_cursor(tmp_path: Path, name: str) -> None:
    many = [json.dumps({"murmur": 1, "id": f"demo:{n}"}).encode() for n in range(CHUNK_RECORDS * 3 + 7)]
    body = b"[" + b",\n".join(many) + b"]" if name == "a.json" else b"\n".join(many)
    path = tmp_path / name
    path.write_bytes(gzip.compress(body) if name.endswith("gz") else body)
    chunk = next(replay_of(path).read(None, Context()))
    rest = records_of(replay_of(path), chunk.cursor)
    assert [record.data for record in chunk.records] + [record.data for record in rest] == many


def test_recording_played_to_its_end_is_not_played_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(LINES))
    *_, last = replay_of(path).read(None, Context())
    assert records_of(replay_of(path), last.cursor) == []


def test_another_file_under_the_same_name_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(LINES))
    *_, last = replay_of(path).read(None, Context())
    path.unlink()
    path.write_bytes(LINES[3])
    assert [record.data for record in records_of(replay_of(path), last.cursor)] == [LINES[3]]


def test_replayed_record_keeps_its_own_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(LINES[0] + b"\n" + b'{"no":"time"}\n')
    old, fresh = records_of(replay_of(path))
    assert old.received_at == RECORDS[0]["created_at"]
    assert abs(fresh.received_at - time.time() * 1000) < 60_000


def test_a_long_pause_still_gives_chunks_so_that_the_lease_is_renewed(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(LINES))
    context = Context()
    given = list(replay_of(path, 0.25).read(None, context))
    assert max(context.waits) < 1
    assert sum(not chunk.records for chunk in given) > 4
    assert [record.data for chunk in given for record in chunk.records] == LINES


def test_a_loop_makes_new_posts_of_a_later_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(gzip.decompress(path_of("x-v1.1/stream.jsonl.gz").read_bytes())[:40_000].rpartition(b"\n")[0])
    lap: list[list[str]] = [[], []]
    times: list[list[int]] = [[], []]
    context = Context()
    for chunk in replay_of(path, loop=True).read(None, context):
        which = json.loads(chunk.cursor or "{}")["lap"]
        if which > 1:
            context.ending = True
            continue
        for record in chunk.records:
            for event in normalise(record.data, "replay", int(time.time() * 1000)):
                if isinstance(event, Upsert):
                    lap[which].append(event.post.id)
                    times[which].append(event.post.claimed_at or event.post.created_at)
    assert len(lap[0]) == len(lap[1]) > 5
    assert not set(lap[0]) & set(lap[1])
    shifts = {later - earlier for earlier, later in zip(*times, strict=True)}
    assert len(shifts) == 1
    assert shifts.pop() > 0
