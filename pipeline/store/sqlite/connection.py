"""SQLite connections: opens the file with the store's pragmas for writing or reading, and runs statements.

`transaction` writes all of a block or nothing. A busy handler waits up to 10 s for another process's transaction,
looking every millisecond.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import apsw

from pipeline.errors import StoreError, StoreUnavailable

BUSY_TIMEOUT_MS = 10_000

Rows = Iterator[tuple[Any, ...]]


def rows(connection: apsw.Connection, sql: str, bindings: Sequence[Any] | dict[str, Any] = ()) -> Rows:
    """Run a statement and yield its rows as they come."""
    return cast("Rows", connection.execute(sql, bindings))


def wait_when_busy(connection: apsw.Connection, timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
    """Wait up to `timeout_ms` for another process's transaction, looking every millisecond.

    SQLite's own busy handler sleeps up to 100 ms between looks.
    """

    def wait(times: int) -> bool:
        time.sleep(0.001)
        return times < timeout_ms

    connection.set_busy_handler(wait)


def connect(path: Path, *, reader: bool = False) -> apsw.Connection:
    """Return a connection with the store's pragmas.

    Raises:
        StoreUnavailable: the file cannot be opened.
        StoreError: the file is no database.
    """
    try:
        connection = apsw.Connection(str(path))
        wait_when_busy(connection)
        for pragma in (
            "auto_vacuum=INCREMENTAL",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "wal_autocheckpoint=4000",
            "journal_size_limit=67108864",
            f"cache_size={-16_384 if reader else -65_536}",
            f"mmap_size={256 * 1024 * 1024 if reader else 0}",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        if reader:
            connection.execute("PRAGMA query_only=ON").fetchall()
    except apsw.NotADBError as error:
        raise StoreError(f"{path} is no database") from error
    except apsw.Error as error:
        raise StoreUnavailable(f"cannot open {path}: {error}") from error
    return connection


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """Write all of a block or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise
