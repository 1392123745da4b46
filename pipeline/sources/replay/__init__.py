"""Recorded posts: files of any known format, played at a speed, once or over and over.

A replayed post keeps its own time: `received_at` is when the record happened, so that history lies where it was. What a
record says is for `normalise`; this module finds where one ends. The cursor names file, size, inode and the offset of
unpacked bytes, so that a restart goes on where it was and another file starts anew.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec

from pipeline.queue.batch import RawRecord
from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.replay.clock import Pace, happened_ms
from pipeline.sources.replay.laps import shifted
from pipeline.sources.replay.recording import CutShort, Recording, recordings
from pipeline.sources.replay.split import CUTTERS, Cut, shape_of

CHUNK_RECORDS = 500
CHUNK_BYTES = 1024 * 1024
LONGEST_WAIT_S = 0.9
"""A chunk is given at least this often, an empty one if nothing is due: the reader renews its lease by them."""
PAUSE_BEFORE_LAP_MS = 1_000


class _Cursor(msgspec.Struct):
    file: str
    size: int
    inode: int
    offset: int
    lap: int = 0
    first_ms: int = 0
    last_ms: int = 0
    ended: bool = False


class ReplaySource:
    """The files of a pattern, one after another by name."""

    name = "replay"
    generated = False
    resumes = True
    patient = True

    def __init__(self, pattern: str, speed: float, *, loop: bool) -> None:
        self._pattern = pattern
        self._speed = speed
        self._loop = loop

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield records from the cursor on; see the contract."""
        files = recordings(self._pattern)
        index, place = self._resume(files, cursor)
        if not files:
            context.report("down", f"no file at {self._pattern}")
            return
        pace = Pace(self._speed)
        if not place.ended:
            context.report("replaying", files[index].path.name)
        while not context.stopped() and not place.ended:
            yield from self._file(files[index], place, pace, context)
            if context.stopped():
                return
            index += 1
            if index == len(files):
                if not self._loop:
                    break
                index, place.lap, pace = 0, place.lap + 1, Pace(self._speed)
            self._enter(place, files[index], 0)
            context.report("replaying", files[index].path.name)
        if not context.stopped():
            place.ended = True
            yield Chunk([], msgspec.json.encode(place).decode())
            context.report("ended", f"{files[-1].path.name} was played to its end")

    def _resume(self, files: list[Recording], cursor: str | None) -> tuple[int, _Cursor]:
        """Return where to begin: at the cursor if its file is still that file, else at the beginning."""
        fresh = _Cursor("", 0, 0, 0)
        if not files:
            return 0, fresh
        try:
            place = msgspec.json.decode(cursor or "", type=_Cursor)
        except msgspec.MsgspecError:
            place = fresh
        for index, file in enumerate(files):
            if (str(file.path), file.size, file.inode) == (place.file, place.size, place.inode):
                if place.ended and (self._loop or index + 1 < len(files)):
                    # What was played to its end goes on: another lap, or a file that has come since.
                    place.ended = False
                return index, place
        self._enter(fresh, files[0], 0)
        return 0, fresh

    @staticmethod
    def _enter(place: _Cursor, file: Recording, offset: int) -> None:
        place.file, place.size, place.inode, place.offset = str(file.path), file.size, file.inode, offset

    def _file(self, file: Recording, place: _Cursor, pace: Pace, context: SourceContext) -> Iterator[Chunk]:
        records: list[RawRecord] = []
        held = 0
        try:
            for data, end in _cuts(file, place.offset):
                record = self._record(data, place)
                wait_s = pace.wait_s(record.received_at) if pace.unhurried else 0.0
                if records and (wait_s > 0 or len(records) >= CHUNK_RECORDS or held >= CHUNK_BYTES):
                    yield Chunk(records, msgspec.json.encode(place).decode())
                    records, held = [], 0
                yield from _idle(wait_s, context)
                if context.stopped():
                    break
                records.append(record)
                held += len(data)
                place.offset = end
        except CutShort as error:
            context.report("replaying", f"{file.path.name} is damaged after {place.offset} bytes: {error}")
        except OSError as error:
            context.report("replaying", f"{file.path.name} cannot be read: {error.strerror}")
        if records:
            yield Chunk(records, msgspec.json.encode(place).decode())

    @staticmethod
    def _record(data: bytes, place: _Cursor) -> RawRecord:
        at = happened_ms(data)
        now = int(time.time() * 1000)
        if place.lap:
            # Whole seconds: X v1.1 writes its times without milliseconds.
            span = (place.last_ms - place.first_ms + PAUSE_BEFORE_LAP_MS) // 1000 * 1000
            data = shifted(data, place.lap, span)
            at = None if at is None else at + span * place.lap
        elif at is not None:
            place.first_ms = min(place.first_ms or at, at)
            place.last_ms = max(place.last_ms, at)
        return RawRecord(now if at is None else min(at, now), data)


def _cuts(file: Recording, offset: int) -> Iterator[Cut]:
    for cuts in CUTTERS[shape_of(file.head())](file.blocks(offset), offset):
        yield from cuts


def _idle(wait_s: float, context: SourceContext) -> Iterator[Chunk]:
    """Wait until the next record is due, giving an empty chunk now and then."""
    while wait_s > 0 and not context.wait(min(wait_s, LONGEST_WAIT_S)):
        wait_s -= LONGEST_WAIT_S
        if wait_s > 0:
            yield Chunk([])
