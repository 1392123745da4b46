"""The spool's file keeps batches in order over kills, torn writes and a full disk."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from pipeline.reader.spool import Spool, Spooled, SpoolTaken

MB = 1024 * 1024


def entry(number: int, size: int = 100) -> Spooled:
    return Spooled(f"b{number}", b"%d " % number * (size // 2), 1)


def drained(spool: Spool) -> list[str]:
    found = []
    while (one := spool.first()) is not None:
        found.append(one.batch_id)
        spool.done()
    return found


def ids(first: int, last: int) -> list[str]:
    return [f"b{number}" for number in range(first, last)]


def test_batches_come_back_in_order_and_the_file_is_empty_then(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool" / "x", MB)
    assert all(spool.append(entry(number)) for number in range(20))
    assert spool.size_bytes > 2_000
    assert drained(spool) == ids(0, 20)
    assert (spool.size_bytes, spool.first()) == (0, None)
    assert (tmp_path / "spool" / "x").stat().st_size < 100
    assert (tmp_path / "spool" / "x").stat().st_mode & 0o777 == 0o600


def test_a_spool_outlives_its_process_and_resumes(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "x", MB)
    for number in range(10):
        spool.append(entry(number))
    for _ in range(4):
        spool.done()
    spool.close()
    again = Spool(tmp_path / "x", MB)
    again.append(entry(10))
    assert drained(again) == ids(4, 11)


@pytest.mark.parametrize("lost", [1, 4, 9, 60, 107])
def test_a_torn_tail_is_cut_and_new_batches_follow_the_whole_ones(tmp_path: Path, lost: int) -> None:
    spool = Spool(tmp_path / "x", MB)
    for number in range(5):
        spool.append(entry(number))
    spool.close()
    os.truncate(tmp_path / "x", (tmp_path / "x").stat().st_size - lost)
    again = Spool(tmp_path / "x", MB)
    again.append(entry(5))
    assert drained(again) == [*ids(0, 4), "b5"]


def test_a_flipped_byte_ends_the_readable_part(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "x", MB)
    for number in range(5):
        spool.append(entry(number))
    spool.close()
    data = bytearray((tmp_path / "x").read_bytes())
    data[16 + 3 * (len(data) - 16) // 5 + 50] ^= 1
    (tmp_path / "x").write_bytes(data)
    assert drained(Spool(tmp_path / "x", MB)) == ids(0, 3)


@pytest.mark.parametrize("content", [b"", b"murm", b"another file altogether" * 100, b"murmur-1" + b"\xff" * 8])
def test_a_foreign_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    spool = Spool(tmp_path / "x", MB)
    assert spool.first() is None
    spool.append(entry(1))
    assert drained(spool) == ["b1"]


def test_a_spool_is_bounded_and_reuses_the_space_of_enqueued_batches(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "x", 10_000)
    kept = 0
    while spool.append(entry(kept)):
        kept += 1
    assert 50 < kept < 100
    for _ in range(kept * 2 // 3):
        spool.done()
    assert spool.append(entry(kept)), "what waits moves up"
    assert (tmp_path / "x").stat().st_size <= 10_000
    assert drained(spool) == ids(kept * 2 // 3, kept + 1)


def test_a_file_that_cannot_be_written_is_closed() -> None:
    sealed = os.memfd_create("spool", os.MFD_ALLOW_SEALING)
    fcntl.fcntl(sealed, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
    path = Path(f"/proc/self/fd/{sealed}")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(2):  # the second try does not raise SpoolTaken
        with pytest.raises(PermissionError):
            Spool(path, 1_000)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    os.close(sealed)


def test_only_one_process_has_a_spool(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "x", MB)
    with pytest.raises(SpoolTaken):
        Spool(tmp_path / "x", MB)
    spool.close()
    Spool(tmp_path / "x", MB).close()
