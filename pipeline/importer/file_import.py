"""Import of one file: reads its records, looks at each, hands those that can be read over, and keeps notes.

A record that cannot be read is counted with the reason; it does not go to the dead letters, because the file still
holds it. A place is noted only once everything before it was handed over. A file in whose first `UNKNOWN_MAX` records
nothing is known is refused.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.clock import now_ms
from pipeline.errors import RecordError
from pipeline.importer.import_notes import ImportNote
from pipeline.importer.recognised_events import RecognisedEvents
from pipeline.importer.tally import Tally
from pipeline.normalise import normalise
from pipeline.post import Event, Upsert
from pipeline.queue.batch import BATCH_MAX_BYTES, BATCH_MAX_RECORDS, IMPORT, RawRecord
from pipeline.sources.containers.bounds import DamagedFile, RefusedFile
from pipeline.sources.containers.places import ReadRecord, Remark
from pipeline.sources.containers.reading import FileReading
from pipeline.sources.recorded_deletions import RecordedDeletions
from pipeline.sources.replay.record_time import PAGE_BEGIN, record_time_ms

UNKNOWN_MAX = 1_000
"""Records without a known one after which a file is refused."""
_TELL_S = 0.2
_RECORDING_TIMES = (b'"time_us"', b'"timestamp_ms"', b'"retrieved_at"', b'"witnessedAt"', b'"timestamp_collected"')
"""Names under which a record tells when it was recorded: Jetstream, X's stream, twarc, Jetstream 2, Zeeschuimer."""
_PAGE_TIMES = (b'"retrieved_at"',)
"""The only name of those that a page of X may have: a page is long to look through."""


class FileImport:
    """The import of one file from where its note says.

    `put` hands records over in a batch (None: nothing is stored); `keep` keeps the note. `consent` leaves out
    authors of Mastodon who opted out. `recognised` keeps the events of a batch for `put`, which processes it here.
    """

    def __init__(
        self,
        path: Path,
        note: ImportNote,
        put: Callable[[list[RawRecord]], None] | None,
        keep: Callable[[ImportNote], None],
        *,
        scratch: Path | None = None,
        consent: bool = True,
        recognised: RecognisedEvents | None = None,
    ) -> None:
        self._recognised = recognised
        self._reading = FileReading(path, scratch)
        self.note = note
        self._put = put
        self._keep = keep
        self._records: list[RawRecord] = []
        self._bytes = 0
        self._consent = consent
        self._deletions = RecordedDeletions()
        self._told_s = time.monotonic()
        self.problem = ""

    @property
    def tally(self) -> Tally:
        """The counts so far."""
        return self.note.tally

    @property
    def size_bytes(self) -> int:
        """Size of the file."""
        return self._reading.size_bytes

    @property
    def position_bytes(self) -> int:
        """Bytes of the file that have been read."""
        return self._reading.position_bytes

    def run(self) -> Iterator[None]:
        """Import the file, yielding several times a second.

        `problem` says afterwards why the file was not read, or not to its end. The caller keeps the note then.

        Raises:
            What `put` and `keep` raise.
        """
        try:
            for found in self._reading.read(self.note.place):
                if isinstance(found, Remark):
                    self.tally.remark(found)
                else:
                    self._take(found)
                if time.monotonic() - self._told_s > _TELL_S:
                    self._told_s = time.monotonic()
                    yield
        except (RefusedFile, DamagedFile) as error:
            self.problem = str(error)
        self._flush()
        if not self.problem and self.tally.records and not self.tally.understood:
            self.problem = f"no known record in it: {_first(self.tally.set_aside)}"
        if not self.problem and not self.tally.records:
            self.problem = "no records in it"
        self.note.done = not self.problem
        self._keep(self.note)

    def _take(self, found: ReadRecord) -> None:
        data = self._deletions.resolved(found.data.strip())
        if data:
            try:
                received_at, events = received(data, found.modified_ms, consent=self._consent)
            except RecordError as error:
                self.tally.aside(str(error))
            except Exception as error:  # noqa: BLE001 - a fault in one format must not stop the others
                self.tally.aside(f"{type(error).__name__}: {error}")
            else:
                self.tally.read(events)
                if events:
                    self._add(RawRecord(received_at, data), events)
        self.note.place = found.place
        if len(self._records) >= BATCH_MAX_RECORDS or self._bytes >= BATCH_MAX_BYTES:
            self._flush()
        elif self.tally.unread >= UNKNOWN_MAX and not self.tally.understood and not found.place.members:
            raise RefusedFile(f"no known record in its first {UNKNOWN_MAX:,}: {_first(self.tally.set_aside)}")

    def _add(self, record: RawRecord, events: list[Event]) -> None:
        self._records.append(record)
        self._bytes += len(record.data)
        if self._recognised is not None:
            self._recognised.keep(record, events)

    def _flush(self) -> None:
        if not self._records:
            return
        records, self._records, self._bytes = self._records, [], 0
        if self._put is not None:
            self._put(records)
        if self._recognised is not None:
            self._recognised.forget()
        self._keep(self.note)


def received(data: bytes, modified_ms: int | None, *, consent: bool = True) -> tuple[int, list[Event]]:
    """Return when a record was received (ms), and its events.

    That is the time of recording that it states, else the last change of its file: no record is younger. So the same
    file gives the same versions each time, and none that is newer than what a stream brought since. Never before the
    time of the record itself, and never in the future.

    Raises:
        RecordError: the record cannot be read.
    """
    now = now_ms()
    names = _PAGE_TIMES if data.startswith(PAGE_BEGIN) else _RECORDING_TIMES
    if any(name in data for name in names) and (stated := record_time_ms(data)) is not None:
        received_at = min(stated, now)
        return received_at, normalise(data, IMPORT, received_at, consent=consent)
    received_at = min(now, now if modified_ms is None else modified_ms)
    events = normalise(data, IMPORT, received_at, consent=consent)
    if any(type(event) is Upsert and event.post.claimed_at is not None for event in events):  # the file is older
        received_at = min(now, max(record_time_ms(data) or 0, received_at))
        events = normalise(data, IMPORT, received_at, consent=consent)
    return received_at, events


def collect_rarely() -> None:
    """Let Python look for cyclic garbage rarely: an import makes none, and the looking takes a quarter of its time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _first(reasons: dict[str, int]) -> str:
    return next(iter(reasons), "")
