"""The SQLite store as a whole: one writer connection, a pool of readers, coverage, pruning and periodic work.

An instance belongs to one thread at a time for writing; readings may be opened by any number of threads, each with its
own connection. Decisions about posts are in `plan.py`, searches in `reading.py`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from pipeline.errors import StoreUnavailable
from pipeline.store import sort_key as place
from pipeline.store.contract import CoverageRow, Persisted, Reading, Writes
from pipeline.store.coverage import entered
from pipeline.store.draft import draft
from pipeline.store.plan import plan
from pipeline.store.raw_records import compress
from pipeline.store.refused_posts import persisted_without
from pipeline.store.sqlite import schema
from pipeline.store.sqlite.deadline import translated
from pipeline.store.sqlite.write.lookups import SqliteShelf
from pipeline.store.sqlite.lifecycle.copy_access import SqliteMoving, former_salts
from pipeline.store.sqlite.read.reading import SqliteReading
from pipeline.store.sqlite.lifecycle.maintenance import Upkeep, prune
from pipeline.store.sqlite.write.writer import Writer

_MS_A_DAY = 86_400_000
_IDLE_READERS = 8


def now_ms() -> int:
    """Return this machine's time in ms."""
    return time.time_ns() // 1_000_000


class SqliteStore:
    """Keeps `contract.Store` in one SQLite file under `directory`.

    Raises:
        StoreMismatch: another schema or analyser wrote it.
        StoreUnavailable: it cannot be opened, or is not there and `create` is False.
    """

    def __init__(self, directory: Path, *, retention_days: int = 0, create: bool = True, check: bool = True) -> None:
        self._path = directory.absolute() / schema.FILE
        self._retention_ms = retention_days * _MS_A_DAY
        if create:
            directory.mkdir(parents=True, exist_ok=True)
        elif not self._path.exists():
            raise StoreUnavailable(f"there is no store yet in {directory}")
        self._idle: deque[apsw.Connection] = deque()
        self._connection = schema.connect(self._path)
        with translated():
            if create:
                schema.create(self._connection)
            facts = schema.meta(self._connection)
        if check:
            schema.check(facts)
        self.identity = str(facts["identity"])
        self._salt = bytes(facts["salt"])
        self._shelf = SqliteShelf(self._connection, self._salt, former_salts(facts))
        self._upkeep = Upkeep(self._connection)

    def persist(self, writes: Writes, seq: int) -> Persisted:
        """Merge a batch in one transaction, all under the number `seq`, and return what to match and publish."""
        return persisted_without(lambda some: self._persist(some, seq), writes)

    def _persist(self, writes: Writes, seq: int) -> Persisted:
        drafts = draft(writes, seq)
        raws = {upsert.post.id: compress(upsert.raw) for upsert in writes.upserts if upsert.raw}
        with self._transaction():
            made = plan(self._shelf, writes, seq, now_ms(), retention_ms=self._retention_ms, drafts=drafts)
            Writer(self._connection, self._shelf, seq, raws).apply(made)
        return made.persisted()

    @contextmanager
    def reading(self, *, timeout_s: float = 2.0) -> Iterator[Reading]:
        """Open a view of all that was persisted before this call."""
        with self._reader() as connection:
            with translated():
                connection.execute("BEGIN").fetchall()
                connection.execute("SELECT 1 FROM meta LIMIT 1").fetchall()
            yield SqliteReading(connection, self._salt, timeout_s, self._retained_from())

    @contextmanager
    def _reader(self) -> Iterator[apsw.Connection]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = schema.connect(self._path, reader=True)
        try:
            yield connection
        finally:
            self._let_go(connection)

    def _let_go(self, connection: apsw.Connection) -> None:
        connection.set_progress_handler(None)
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK").fetchall()
        except apsw.Error:
            connection.close(force=True)
            return
        if len(self._idle) < _IDLE_READERS:
            self._idle.append(connection)
        else:
            connection.close()

    def indexed(self) -> int:
        """Return how many posts are stored."""
        with translated(), self._reader() as connection:
            ((count,),) = schema.rows(connection, "SELECT value FROM meta WHERE key = 'posts'")
        return int(count)

    def prune(self, *, before_ms: int | None, max_bytes: int | None) -> int:
        """Remove posts created before a time, then the oldest until under a size; return how many."""
        with translated():
            return prune(self._connection, self._shelf, before_ms=before_ms, max_bytes=max_bytes)

    def add_coverage(self, row: CoverageRow) -> None:
        """Enter a row; see the contract."""
        touched = "FROM coverage WHERE source = ? AND (until IS NULL OR until = ?)"
        bounds = (row.source, row.since)
        with self._transaction():
            found = schema.rows(self._connection, f"SELECT source, since, until, search, why {touched}", bounds)
            made = entered([CoverageRow(*old) for old in found], row)
            self._connection.execute(f"DELETE {touched}", bounds)
            values = [(one.source, one.since, one.until, one.search, one.why) for one in made]
            self._connection.executemany("INSERT INTO coverage VALUES (?, ?, ?, ?, ?)", values)

    def coverage(
        self, *, since: int | None = None, until: int | None = None, limit: int | None = None
    ) -> list[CoverageRow]:
        """Return rows that overlap a span, oldest first; see the contract."""
        sql = (
            "SELECT source, since, until, search, why FROM (SELECT rowid AS number, * FROM coverage "
            "WHERE (?1 IS NULL OR until IS NULL OR until > ?1) AND (?2 IS NULL OR since < ?2) "
            "ORDER BY until IS NOT NULL, since DESC, rowid DESC LIMIT ?3) ORDER BY since, number"
        )
        with translated(), self._reader() as connection:
            return [
                CoverageRow(*row)
                for row in schema.rows(connection, sql, (since, until, -1 if limit is None else limit))
            ]

    def moving(self) -> SqliteMoving:
        """Return the way to move all that is stored out and in."""
        return SqliteMoving(self._connection, self._shelf, self._salt)

    def upkeep(self) -> None:
        """Reckon reach again where it changed, gather the background of words, wipe what deletions left in the log."""
        with translated():
            self._upkeep.run(now_ms())

    def close(self) -> None:
        """Let go of everything."""
        while self._idle:
            self._idle.pop().close()
        self._connection.close()

    def _retained_from(self) -> int:
        return place.floor(now_ms() - self._retention_ms) if self._retention_ms else 0

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated(), schema.transaction(self._connection):
            yield
