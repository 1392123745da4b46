"""Standard input: lines are read as they come, to the end, and the source always ends at `stopped()`."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.stdin_pipe import StdinPipe
from pipeline.sources.stdin import StdinSource
from tests.sources.background_reading import Reading, until
from tests.sources.recording_context import records_of
from tests.sources.replay.demo_recording import LINES
from tests.sources.simulators.jetstream import commit


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_lines_of_any_format_become_posts_and_the_end_is_reported(pipe: tuple[int, int]) -> None:
    get, put = pipe
    own = {"murmur": 1, "kind": "post", "id": "demo:1", "source": "demo", "created_at": 1, "version": 1, "text": "own"}
    own["author"] = {"id": "1", "handle": "ann"}
    with Reading(StdinSource(descriptor=get)) as reading:
        os.write(put, json.dumps(commit(1732206349000167, "one")).encode() + b"\n\n")
        until(lambda: reading.texts() == ["one"])
        os.write(put, json.dumps(own).encode())
        os.close(put)
        until(lambda: reading.ended)
        assert reading.texts() == ["one", "own"], "the last line needs no end"
        assert reading.reports[-1][0] == "ended"


def test_torn_line_is_set_aside_alone(pipe: tuple[int, int]) -> None:
    get, put = pipe
    with Reading(StdinSource(descriptor=get)) as reading:
        os.write(put, b'{"did":"did:plc\n\xff\xfe\n' + json.dumps(commit(1732206349000167, "one")).encode() + b"\n")
        until(lambda: reading.texts() == ["one"])
        assert len(reading.records()) == 3


def test_silent_input_gives_chunks_and_ends_within_two_seconds_of_stopped(pipe: tuple[int, int]) -> None:
    with Reading(StdinSource(descriptor=pipe[0])) as reading:
        until(lambda: len(reading.chunks) > 2)
        assert reading.longest_silence_s < 5.0
        assert reading.stop() < 10


def test_pipe_nobody_writes_to_yet_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with Reading(StdinSource(str(path))) as reading:
        until(lambda: len(reading.chunks) > 1)
        assert not reading.ended
        put = os.open(path, os.O_WRONLY)
        os.write(put, json.dumps(commit(1732206349000167, "one")).encode() + b"\n")
        until(lambda: reading.texts() == ["one"])
        os.close(put)
        until(lambda: reading.ended)


def test_input_that_is_not_there_is_named(tmp_path: Path) -> None:
    with Reading(StdinSource(str(tmp_path / "none"))) as reading:
        until(lambda: reading.errors)
        assert "No such file" in reading.errors[0]


def test_reader_that_is_killed_and_comes_again_finds_whole_lines(tmp_path: Path, pipe: tuple[int, int]) -> None:
    get, put = pipe
    StdinPipe(tmp_path / "pipe", get).open()
    lines = [b"%05d" % number + b"x" * 500 for number in range(4000)]
    writer = threading.Thread(target=_write_all, args=(put, b"\n".join(lines) + b"\n"))
    writer.start()
    first = os.open(tmp_path / "pipe", os.O_RDONLY)
    os.read(first, 1000)
    os.close(first)
    time.sleep(0.5)  # a reader takes longer than that to come again, and what fills the pipe has noticed by then
    with Reading(StdinSource(str(tmp_path / "pipe"))) as reading:
        until(lambda: reading.records() and reading.records()[-1].data == lines[-1])
        assert {record.data for record in reading.records()} <= set(lines)
        assert len(reading.records()) > 3000
    writer.join(5)


def _write_all(put: int, data: bytes) -> None:
    while data:
        data = data[os.write(put, data) :]
    os.close(put)


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + b"\n".join(LINES),
        b"\xff\xfe" + b"\r\n".join(LINES).decode().encode("utf-16-le"),
        b"[" + b",\n".join(LINES) + b"]",
        json.dumps([json.loads(line) for line in LINES], indent=1).encode(),
        b"".join(json.dumps(json.loads(line), indent=2).encode() for line in LINES),
    ],
    ids=["mark", "UTF-16", "list", "indented list", "indented objects"],
)
def test_text_of_any_encoding_and_shape_gives_its_records(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "input"
    path.write_bytes(body)
    found = records_of(StdinSource(str(path)))
    assert [json.loads(record.data) for record in found] == [json.loads(line) for line in LINES]
