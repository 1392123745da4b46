"""Coverage writer: stores the rows that readers send of when a source was collected, and adds outages nobody reported.

A row that comes twice changes nothing. A reader that resumed from its cursor undoes the outage before its row. A source
whose lease nobody has held for `UNREAD_MS` gets an outage from the time when it was last read.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.clock import now_ms
from pipeline.queue.reader_leases import Leases
from pipeline.queue.task_queue import CoverageUpdate
from pipeline.store.contract import CoverageRow, Store

UNREAD_MS = 15_000
"""Milliseconds without a reader after which a source counts as unread; a standby takes over sooner."""
UNREAD = "no reader was running"


class CoverageWriter:
    """Writes coverage rows. `store` returns the calling thread's own store."""

    def __init__(self, store: Callable[[], Store], leases: Leases, sources: tuple[str, ...]) -> None:
        self._store = store
        self._leases = leases
        self._sources = sources

    def write(self, update: CoverageUpdate) -> None:
        """Write a row that a reader sent. A row that comes twice changes nothing.

        Where the reader resumed from its cursor, an outage before the row is undone. Where it did not, and the reader
        before ended without a report, the time since that one last read becomes an outage.

        Raises:
            StoreUnavailable, RowRefused: the store did not take the row.
        """
        store = self._store()
        since = update.since
        if update.until is None:
            open_row = _open_row(store, update.source)
            if open_row is not None and update.filled and open_row.why:
                since = open_row.since
            elif open_row is not None and since < open_row.since:
                return  # a later row has overtaken this one
            elif open_row is not None and update.read_ms and not (update.filled or open_row.why):
                _write_unread(store, open_row, update.read_ms)
            elif open_row is not None and (open_row.search, open_row.why) == (update.search, update.why):
                return
        store.add_coverage(CoverageRow(update.source, since, update.until, update.search, update.why))

    def write_unread(self) -> None:
        """Write an outage for each source that nobody has read for `UNREAD_MS`, from the last time it was read."""
        now = now_ms()
        for source in self._sources:
            read_ms = None if self._leases.is_held(source) else self._leases.last_read_ms(source)
            if read_ms is not None and now - read_ms > UNREAD_MS:
                store = self._store()
                open_row = _open_row(store, source)
                if open_row is not None and not open_row.why:
                    _write_unread(store, open_row, read_ms)


def _open_row(store: Store, source: str) -> CoverageRow | None:
    rows = store.coverage(since=now_ms())
    return next((row for row in rows if row.source == source and row.until is None), None)


def _write_unread(store: Store, open_row: CoverageRow, read_ms: int) -> None:
    since = max(open_row.since, read_ms)
    store.add_coverage(CoverageRow(open_row.source, since, None, open_row.search, UNREAD))
