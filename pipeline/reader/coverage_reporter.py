"""Coverage reporter: sends upkeep the rows that say when a source was collected, for which search, and when or why not.

A row begins where collecting begins or ends, and where what is collected changes; a gap is a row of its own. The
present row is repeated each `REPEAT_ROW_S`. Upkeep writes the rows, because only upkeep has the store. Rows that cannot
be sent wait in order, at most `UNSENT_ROWS`.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable

from pipeline.clock import now_ms
from pipeline.errors import BrokerUnavailable
from pipeline.queue.task_queue import CoverageUpdate
from pipeline.reader.source_status import COLLECTING, ON_PURPOSE
from pipeline.sources.contract import CAUGHT_UP
from pipeline.store.contract import COLLECTED_LATER, SAMPLED

log = logging.getLogger(__name__)

REPEAT_ROW_S = 60.0
"""Seconds after which the present row is sent again, in case it was lost or came late."""
UNSENT_ROWS = 200
"""At most this many rows wait while the broker cannot be reached; beyond, the oldest is dropped with a warning."""


class CoverageReporter:
    """The coverage of one source. Belongs to the reader's thread."""

    def __init__(self, source: str, cover: Callable[[CoverageUpdate], None], search: Callable[[], str]) -> None:
        self._source = source
        self._cover = cover
        self._search = search
        self._collects = ""
        self._covered: tuple[str, str] | None = None
        self._track: str | None = None
        self._unsent: deque[CoverageUpdate] = deque()
        self._row: CoverageUpdate | None = None
        self._row_s = 0.0
        self._filled = False
        self._read_ms: int | None = None

    def begin(self, *, filled: bool, read_ms: int | None) -> None:
        """Begin a session of the source; see `StatusReporter.begin`."""
        self._filled = filled
        if read_ms is not None:
            self._read_ms = read_ms
            self._covered = None

    def collect(self, state: str, collects: str | None) -> None:
        """Note the search that the source collects; "": TRACK, None: as before. A source that starts collects TRACK."""
        if state == "starting":
            self._collects = ""
        self._collects = self._collects if collects is None else collects

    def state(self, state: str, detail: str) -> None:
        """Queue a row where the state of the source begins one, or where the present row is due again.

        Raises:
            BrokerUnavailable: TRACK was never read, and Redis does not answer now.
        """
        if state in ("starting", "ended"):
            return
        kind = "" if state in COLLECTING else state if state in ON_PURPOSE else "away"
        search = self._collects or self._tracked()
        covered = (search, kind)
        if self._covered == covered:
            if self._row is not None and not self._unsent and time.monotonic() - self._row_s > REPEAT_ROW_S:
                self._queue(self._row)
            return
        why = (detail or state) if kind else ""
        if kind == "sampling":
            why = SAMPLED + why
        filled = self._filled and not kind
        self._row = CoverageUpdate(self._source, now_ms(), None, search, why, filled, self._read_ms)
        self._covered, self._read_ms = covered, None
        self._queue(self._row)

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        """Queue and send the row of a span that is known to be missing, or whose posts were had afterwards."""
        if why.startswith(CAUGHT_UP):
            why = COLLECTED_LATER + why.removeprefix(CAUGHT_UP)
        self._queue(CoverageUpdate(self._source, since_ms, until_ms, self._collects or self._tracked(), why))
        self.send()

    def send(self) -> None:
        """Send the waiting rows in order; a row that cannot be sent stays first.

        Raises:
            BrokerUnavailable: the broker cannot be reached.
        """
        while self._unsent:
            row = self._unsent[0]
            self._cover(row)
            self._unsent.popleft()
            if row is self._row:
                self._row_s = time.monotonic()

    def _tracked(self) -> str:
        """Return TRACK; the value read last where Redis does not answer now."""
        try:
            self._track = self._search()
        except BrokerUnavailable:
            if self._track is None:
                raise
        return self._track

    def _queue(self, row: CoverageUpdate) -> None:
        if len(self._unsent) >= UNSENT_ROWS:
            log.warning("%s: a coverage row is lost, the broker has been away for too long", self._source)
            self._unsent.popleft()
        self._unsent.append(row)
