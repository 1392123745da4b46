"""Deadline of a reading of the SQLite store: the moment after which its statements stop with `QueryTimeout`.

SQLite's progress handler asks whether it has passed; code between statements checks it itself.
"""

from __future__ import annotations

import time

from pipeline.errors import QueryTimeout


class SqliteDeadline:
    """Time after which every statement of a reading stops."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._end = time.monotonic() + timeout_s

    def passed(self) -> bool:
        """Return whether the time is up; SQLite's progress handler calls this."""
        return time.monotonic() > self._end

    def error(self) -> QueryTimeout:
        """Return the error of a search that ran out of time."""
        return QueryTimeout(f"the search was stopped after {self._timeout_s:g} s: make it narrower")

    def check(self) -> None:
        """Raise `QueryTimeout` if the time is up."""
        if self.passed():
            raise self.error()
