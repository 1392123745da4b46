"""When a search must stop, and what errors of SQLite become."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import apsw

from pipeline.errors import QueryTimeout, RowRefused, StoreError, StoreUnavailable

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
"""What a row is refused for: apsw raises OverflowError for an integer beyond 64 bits."""


class Deadline:
    """A moment after which everything of a reading stops."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._end = time.monotonic() + timeout_s

    def passed(self) -> bool:
        return time.monotonic() > self._end

    def error(self) -> QueryTimeout:
        return QueryTimeout(f"the search was stopped after {self._timeout_s:g} s: make it narrower")

    def check(self) -> None:
        if self.passed():
            raise self.error()


@contextmanager
def translated(deadline: Deadline | None = None) -> Iterator[None]:
    """Let no error of SQLite through as its own."""
    try:
        yield
    except apsw.InterruptError as error:
        raise (deadline or Deadline(0)).error() from error
    except _TRY_AGAIN as error:
        raise StoreUnavailable(f"the store cannot be used now: {error}") from error
    except _OF_A_ROW as error:
        raise RowRefused(f"the store cannot hold it: {error}") from error
    except apsw.Error as error:
        raise StoreError(f"the store refused: {error}") from error
