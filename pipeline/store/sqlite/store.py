"""SQLite store: implements the store contract with one writer connection and a pool of readers on one file.

Opens or creates the file and checks its version; persists each batch in one transaction, or in several where a post is
refused; passes readings, retention, coverage, copies and maintenance to the modules that do them. An instance belongs
to one thread at a time for writing. Any number of threads may open readings, each of which has a connection of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from pipeline.clock import now_ms
from pipeline.errors import StoreUnavailable
from pipeline.store import sort_key
from pipeline.store.contract import CoverageRow, Persisted, Reading, Writes
from pipeline.store.plan import plan_writes
from pipeline.store.prepared_rows import prepare_rows
from pipeline.store.raw_record_compression import compress
from pipeline.store.refused_posts import persist_without_refused
from pipeline.store.sqlite import coverage, schema
from pipeline.store.sqlite.connection import connect, rows, transaction
from pipeline.store.sqlite.decks import SqliteDecks
from pipeline.store.sqlite.error_mapping import translate_errors
from pipeline.store.sqlite.export_and_load import SqliteCopyAccess, former_salts
from pipeline.store.sqlite.periodic.maintenance import SqliteMaintenance
from pipeline.store.sqlite.periodic.retention import prune
from pipeline.store.sqlite.read.reading import SqliteReading
from pipeline.store.sqlite.write.plan_lookups import SqlitePlanLookups
from pipeline.store.sqlite.write.plan_writer import SqliteWriter

_MS_A_DAY = 86_400_000
_MAX_IDLE_READERS = 8


class SqliteStore:
    """Keeps `contract.Store` in one SQLite file under `directory`.

    Raises:
        StoreMismatch: another schema or analyser wrote the store.
        StoreUnavailable: the store cannot be opened, or does not exist and `create` is False.
    """

    def __init__(self, directory: Path, *, retention_days: int = 0, create: bool = True, check: bool = True) -> None:
        self._path = directory.absolute() / schema.FILE
        self._retention_ms = retention_days * _MS_A_DAY
        if create:
            directory.mkdir(parents=True, exist_ok=True)
        elif not self._path.exists():
            raise StoreUnavailable(f"there is no store yet in {directory}")
        self._idle: deque[apsw.Connection] = deque()
        self._connection = connect(self._path)
        with translate_errors():
            if create:
                schema.create(self._connection)
            facts = schema.meta(self._connection)
            schema.complete(self._connection)
        if check:
            schema.check(facts)
        self.identity = str(facts["identity"])
        self._salt = bytes(facts["salt"])
        self._lookups = SqlitePlanLookups(self._connection, self._salt, former_salts(facts))
        self._maintenance = SqliteMaintenance(self._connection)

    def persist(self, writes: Writes, seq: int) -> Persisted:
        """Merge a batch in one transaction under sequence number `seq`, and return what to match and publish."""
        return persist_without_refused(lambda some: self._persist(some, seq), writes)

    def _persist(self, writes: Writes, seq: int) -> Persisted:
        prepared = prepare_rows(writes, seq)
        raw_records = {upsert.post.id: compress(upsert.raw) for upsert in writes.upserts if upsert.raw}
        with translate_errors(), transaction(self._connection):
            plan = plan_writes(self._lookups, writes, seq, now_ms(), retention_ms=self._retention_ms, prepared=prepared)
            SqliteWriter(self._connection, self._lookups, seq, raw_records).apply(plan)
        return plan.persisted()

    @contextmanager
    def reading(self, *, timeout_s: float = 2.0) -> Iterator[Reading]:
        """Open a view of everything persisted before this call."""
        with self._reader() as connection:
            with translate_errors():
                connection.execute("BEGIN").fetchall()
                connection.execute("SELECT 1 FROM meta LIMIT 1").fetchall()
            yield SqliteReading(connection, self._salt, timeout_s, self._retained_from())

    @contextmanager
    def _reader(self) -> Iterator[apsw.Connection]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = connect(self._path, reader=True)
        try:
            yield connection
        finally:
            self._return_reader(connection)

    def _return_reader(self, connection: apsw.Connection) -> None:
        connection.set_progress_handler(None)
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK").fetchall()
        except apsw.Error:
            connection.close(force=True)
            return
        if len(self._idle) < _MAX_IDLE_READERS:
            self._idle.append(connection)
        else:
            connection.close()

    def indexed(self) -> int:
        """Return the number of stored posts."""
        with translate_errors(), self._reader() as connection:
            ((count,),) = rows(connection, "SELECT value FROM meta WHERE key = 'posts'")
        return int(count)

    def prune(self, *, before_ms: int | None, max_bytes: int | None) -> int:
        """Remove posts created before a time, then the oldest until the store is under a size; return how many."""
        with translate_errors():
            return prune(self._connection, self._lookups, before_ms=before_ms, max_bytes=max_bytes)

    def add_coverage(self, row: CoverageRow) -> None:
        """Enter a coverage row; see `Store.add_coverage`."""
        with translate_errors(), transaction(self._connection):
            coverage.enter_row(self._connection, row)

    def coverage(
        self, *, since: int | None = None, until: int | None = None, limit: int | None = None
    ) -> list[CoverageRow]:
        """Return coverage rows that overlap a span, oldest first; see `Store.coverage`."""
        with translate_errors(), self._reader() as connection:
            return coverage.read_rows(connection, since, until, limit)

    def deck_records(self) -> SqliteDecks:
        """Return access to the decks."""
        return SqliteDecks(self._connection)

    def deleted_at(self, ids: Iterable[str]) -> dict[str, int]:
        """Return when (ms) those of the posts that have a tombstone were deleted here."""
        with translate_errors():
            return self._lookups.tombstones(ids)

    def copy_access(self) -> SqliteCopyAccess:
        """Return access to all rows for a copy of the store."""
        return SqliteCopyAccess(self._connection, self._lookups, self._salt)

    def maintain(self) -> None:
        """Do a round of periodic work: reach, background of words, expiry, wiping deleted posts from the log."""
        with translate_errors():
            self._maintenance.run(now_ms())

    def close(self) -> None:
        """Close all connections."""
        while self._idle:
            self._idle.pop().close()
        self._connection.close()

    def _retained_from(self) -> int:
        return sort_key.floor(now_ms() - self._retention_ms) if self._retention_ms else 0
