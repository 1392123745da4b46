"""SQLite error mapping: turns the errors of a block of statements into the store's own.

They become `QueryTimeout` (interrupted at the deadline), `StoreUnavailable` (busy, full or not usable now),
`RowRefused` (a value that SQLite cannot hold) or `StoreError`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from pipeline.errors import RowRefused, StoreError, StoreUnavailable
from pipeline.store.sqlite.reading_deadline import SqliteDeadline

_TRY_AGAIN = (
    apsw.BusyError,
    apsw.LockedError,
    apsw.FullError,
    apsw.IOError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.NoMemError,
    apsw.ProtocolError,
)
_OF_A_ROW = (OverflowError, apsw.TooBigError, apsw.MismatchError, apsw.ConstraintError)
"""Errors for which a row is refused. apsw raises OverflowError for an integer beyond 64 bits."""


@contextmanager
def translate_errors(deadline: SqliteDeadline | None = None) -> Iterator[None]:
    """Raise the errors of a block as the store's own.

    Raises:
        QueryTimeout: a statement was interrupted at the deadline.
        StoreUnavailable: the file is busy, full or not usable now; a later attempt may succeed.
        RowRefused: SQLite cannot hold a value.
        StoreError: any other error of SQLite.
    """
    try:
        yield
    except apsw.InterruptError as error:
        raise (deadline or SqliteDeadline(0)).error() from error
    except _TRY_AGAIN as error:
        raise StoreUnavailable(f"the store cannot be used now: {error}") from error
    except _OF_A_ROW as error:
        raise RowRefused(f"the store cannot hold it: {error}") from error
    except apsw.Error as error:
        raise StoreError(f"the store refused: {error}") from error
