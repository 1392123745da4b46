"""Replay source: plays files of recorded posts in any known format, at a speed, once or in a loop.

A replayed post keeps its own time: `received_at` is the time of the record, so that the history of a search looks as it
did; in a loop ids and times are shifted (`lap_shift.py`). The files may be packed and lie in containers. The cursor
holds file, size, inode and the place in the file: a restart resumes there, and another file under the same name starts
anew. A file that is damaged or holds no records is reported and left.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec

from pipeline.queue.batch import RawRecord
from pipeline.sources.containers.bounds import DamagedFile, RefusedFile
from pipeline.sources.containers.places import BEGINNING, Place, Remark
from pipeline.sources.containers.reading import FileReading
from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.recorded_deletions import RecordedDeletions
from pipeline.sources.replay.lap_shift import shift_record
from pipeline.sources.replay.pace import PlaybackPace
from pipeline.sources.replay.record_time import record_time_ms
from pipeline.sources.replay.recording_files import Recording, recordings

CHUNK_RECORDS = 500
_CHUNK_BYTES = 1024 * 1024
_CHUNK_INTERVAL_MAX_S = 0.9
"""Seconds between two chunks at most, empty ones if no record is due: the reader renews its lease at each."""
PAUSE_BEFORE_LAP_MS = 1_000
"""Milliseconds between the last post of a lap and the first of the next."""


class _Cursor(msgspec.Struct):
    file: str
    size: int
    inode: int
    offset: int
    lap: int = 0
    first_ms: int = 0
    last_ms: int = 0
    ended: bool = False
    members: tuple[int, ...] = ()
    skip: int = 0

    @property
    def place(self) -> Place:
        """The place in the file."""
        return Place(self.members, self.offset, self.skip)

    def move(self, place: Place) -> None:
        """Move to a place in the file."""
        self.members, self.offset, self.skip = place.members, place.offset, place.skip


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
        self._deletions = RecordedDeletions()

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield records from the cursor on, as `Source.read` describes."""
        files = recordings(self._pattern)
        index, position = self._resume(files, cursor)
        if not files:
            context.report("down", f"no file at {self._pattern}")
            return
        pace = PlaybackPace(self._speed)
        if not position.ended:
            context.report("replaying", files[index].path.name)
        while not context.stopped() and not position.ended:
            yield from self._file(files[index], position, pace, context)
            if context.stopped():
                return
            index += 1
            if index == len(files):
                if not self._loop:
                    break
                index, position.lap, pace = 0, position.lap + 1, PlaybackPace(self._speed)
            self._enter(position, files[index])
            context.report("replaying", files[index].path.name)
        if not context.stopped():
            position.ended = True
            yield Chunk([], msgspec.json.encode(position).decode())
            context.report("ended", f"{files[-1].path.name} was played to its end")

    def _resume(self, files: list[Recording], cursor: str | None) -> tuple[int, _Cursor]:
        """Return the index of the file to play and the position in it: the cursor's if its file is unchanged."""
        fresh = _Cursor("", 0, 0, 0)
        if not files:
            return 0, fresh
        try:
            position = msgspec.json.decode(cursor or "", type=_Cursor)
        except msgspec.MsgspecError:
            position = fresh
        for index, file in enumerate(files):
            if (str(file.path), file.size, file.inode) == (position.file, position.size, position.inode):
                if position.ended and (self._loop or index + 1 < len(files)):
                    # A recording played to its end continues with another lap, or with a file added since.
                    position.ended = False
                return index, position
        self._enter(fresh, files[0])
        return 0, fresh

    @staticmethod
    def _enter(position: _Cursor, file: Recording) -> None:
        position.file, position.size, position.inode = str(file.path), file.size, file.inode
        position.move(BEGINNING)

    def _file(self, file: Recording, position: _Cursor, pace: PlaybackPace, context: SourceContext) -> Iterator[Chunk]:
        records: list[RawRecord] = []
        held = 0
        try:
            for found in FileReading(file.path).read(position.place):
                if isinstance(found, Remark):
                    self._report(file, found, context)
                    continue
                record = self._record(found.data, position)
                record = RawRecord(record.received_at, self._deletions.resolved(record.data))
                wait_s = pace.wait_s(record.received_at) if pace.waits else 0.0
                if records and (wait_s > 0 or len(records) >= CHUNK_RECORDS or held >= _CHUNK_BYTES):
                    yield Chunk(records, msgspec.json.encode(position).decode())
                    records, held = [], 0
                yield from _idle(wait_s, context)
                if context.stopped():
                    break
                records.append(record)
                held += len(record.data)
                position.move(found.place)
        except DamagedFile as error:
            context.report("replaying", f"{file.path.name} is damaged behind what was read: {error}")
        except RefusedFile as error:
            context.report("replaying", f"{file.path.name} is not read: {error}")
        except OSError as error:
            context.report("replaying", f"{file.path.name} cannot be read: {error.strerror}")
        if records:
            yield Chunk(records, msgspec.json.encode(position).decode())

    @staticmethod
    def _report(file: Recording, remark: Remark, context: SourceContext) -> None:
        if remark.kind != "left out":
            context.report("replaying", f"{file.path.name}, {remark.name}, {remark.kind}: {remark.why}")

    @staticmethod
    def _record(data: bytes, position: _Cursor) -> RawRecord:
        at = record_time_ms(data)
        now = int(time.time() * 1000)
        if position.lap:
            # Whole seconds: X v1.1 writes its times without milliseconds.
            span = (position.last_ms - position.first_ms + PAUSE_BEFORE_LAP_MS) // 1000 * 1000
            data = shift_record(data, position.lap, span)
            at = None if at is None else at + span * position.lap
        elif at is not None:
            position.first_ms = min(position.first_ms or at, at)
            position.last_ms = max(position.last_ms, at)
        return RawRecord(now if at is None else min(at, now), data)


def _idle(wait_s: float, context: SourceContext) -> Iterator[Chunk]:
    """Wait until the next record is due; yield an empty chunk every `_CHUNK_INTERVAL_MAX_S` seconds."""
    while wait_s > 0 and not context.wait(min(wait_s, _CHUNK_INTERVAL_MAX_S)):
        wait_s -= _CHUNK_INTERVAL_MAX_S
        if wait_s > 0:
            yield Chunk([])
