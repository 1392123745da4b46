"""A file is imported once, whole, and goes on where it was; what cannot be read is counted with its reason."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from pipeline.importer.file_import import UNKNOWN_MAX, FileImport, received
from pipeline.importer.import_notes import ImportNote, file_digest
from pipeline.importer.tally import OTHER_REASONS, REASONS_MAX, Tally
from pipeline.queue.batch import RawRecord
from pipeline.sources.containers.places import Remark
from tests.importer import record, write_posts
from tests.sources.containers import zipped


class Desk:
    """Takes batches and keeps notes; `fails_at`: the batch that cannot be handed over."""

    def __init__(self, fails_at: int = -1) -> None:
        self.batches: list[list[RawRecord]] = []
        self.fails_at = fails_at
        self.note = ImportNote("file", "store")

    def put(self, records: list[RawRecord]) -> None:
        if len(self.batches) == self.fails_at:
            raise KeyboardInterrupt
        self.batches.append(records)

    def keep(self, note: ImportNote) -> None:
        self.note = msgspec.json.decode(msgspec.json.encode(note), type=ImportNote)

    def run(self, path: Path) -> FileImport:
        reading = FileImport(path, self.note, self.put, self.keep)
        for _ in reading.run():
            pass
        return reading

    def handed_over(self) -> list[bytes]:
        return [one.data for batch in self.batches for one in batch]


@pytest.mark.parametrize("packed", [False, True])
def test_a_killed_import_goes_on_with_no_record_twice_or_lost(tmp_path: Path, packed: bool) -> None:
    path = write_posts(tmp_path / "a", 1_800, b'{"not":"known"}')
    if packed:
        path.write_bytes(zipped(a=path.read_bytes()))
    desk = Desk(fails_at=2)
    with pytest.raises(KeyboardInterrupt):
        desk.run(path)
    assert len(desk.handed_over()) == 1_000
    desk.fails_at = -1
    reading = desk.run(path)
    assert desk.handed_over() == [record(number) for number in range(1_800)]
    assert (reading.tally.records, reading.tally.posts, reading.tally.unread) == (1_801, 1_800, 1)
    assert reading.note.done
    assert reading.problem == ""


def test_counts_name_each_reason_and_the_times_of_the_posts(tmp_path: Path) -> None:
    path = write_posts(
        tmp_path / "a", 3, b"torn {", b'{"murmur":1,"kind":"delete","id":"demo:9","at":1}', b":", b"event: x"
    )
    tally = Desk().run(path).tally
    assert (tally.posts, tally.deletions) == (3, 1)
    assert (tally.first_ms, tally.last_ms) == (1_500_000_000_000, 1_500_000_002_000)
    assert tally.by_source == {"demo": 3}
    assert "3 posts" in tally.line()
    assert "1 deletions or changes of accounts" in tally.line()
    assert "set aside: 1 (no JSON" in tally.line()


def test_a_file_without_a_known_record_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b'{"not":"known"}\n' * (3 * UNKNOWN_MAX))
    reading = Desk().run(path)
    assert reading.problem.startswith(f"no known record in its first {UNKNOWN_MAX:,}: ")
    assert reading.tally.records == UNKNOWN_MAX, "the rest is not read"
    path.write_bytes(b'{"not":"known"}\n')
    assert Desk().run(path).problem.startswith("no known record in it: ")
    assert not Desk().run(path).note.done


def test_a_damaged_file_is_told_and_is_not_done(tmp_path: Path) -> None:
    path = write_posts(tmp_path / "a", 700)
    path.write_bytes(zipped(a=path.read_bytes())[:-5])
    reading = Desk().run(path)
    assert "damaged" in reading.problem
    assert not reading.note.done


def test_a_file_is_known_by_its_content_wherever_it_lies(tmp_path: Path) -> None:
    one, other = write_posts(tmp_path / "a", 30), tmp_path / "b"
    known = file_digest(one)
    one.rename(other)
    assert file_digest(other) == known
    stat = other.stat()
    other.write_bytes(other.read_bytes().replace(b"cats", b"dogs"))
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert file_digest(other) != known


@pytest.mark.parametrize(
    ("stated", "modified_ms", "received_at"),
    [
        ({"time_us": 1_725_911_162_329_308}, 1_790_000_000_000, 1_725_911_162_329),
        ({"created_at": 1_500_000_000_000}, 1_700_000_000_000, 1_700_000_000_000),
        ({"created_at": 1_500_000_000_000}, 1_400_000_000_000, 1_500_000_000_000),
    ],
    ids=["time of recording", "the file's time", "never before the record's own"],
)
def test_a_record_was_received_when_it_says_or_no_later_than_its_file(
    stated: dict[str, int], modified_ms: int, received_at: int
) -> None:
    data = msgspec.json.encode(msgspec.json.decode(record(0)) | stated)
    assert received(data, modified_ms)[0] == received_at


def test_reasons_are_bounded() -> None:
    tally = Tally()
    for number in range(3 * REASONS_MAX):
        tally.aside(f"reason {number}")
        tally.remark(Remark("refused", f"{number}.jpg", "it is a picture"))
    assert len(tally.set_aside) == REASONS_MAX + 1
    assert tally.set_aside[OTHER_REASONS] == 2 * REASONS_MAX
    assert tally.unread == 3 * REASONS_MAX
    assert len(tally.refused) == REASONS_MAX + 1
