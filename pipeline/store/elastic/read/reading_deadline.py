"""Deadline of a reading: the seconds left for its requests, and the error `QueryTimeout` once there are none."""

from __future__ import annotations

import time

from pipeline.errors import QueryTimeout


class ReadingDeadline:
    """Moment after which all requests of a reading stop."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._end = time.monotonic() + timeout_s

    def left_s(self) -> float:
        """Return the seconds that are left.

        Raises:
            QueryTimeout: none are left.
        """
        left_s = self._end - time.monotonic()
        if left_s <= 0:
            raise self.error()
        return left_s

    def error(self) -> QueryTimeout:
        """Return the error to raise when time is over."""
        return QueryTimeout(f"the search was stopped after {self._timeout_s:g} s: make it narrower")
