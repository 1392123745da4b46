"""Reader context: what a source may ask of its reader: whether to stop, to wait, how long, to report state or a gap.

Implements `pipeline.sources.contract.SourceContext`. Waiting keeps the lease alive, enqueues overdue records and
repeats the status once a second. Reports are best effort: while Redis is away they are dropped.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from pipeline.broker.counters import Counters
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.errors import BrokerUnavailable
from pipeline.reader.chunk_batching import Outlet
from pipeline.reader.source_status import SourceStatus
from pipeline.reader.status_reporter import StatusReporter

log = logging.getLogger(__name__)

REPEAT_STATUS_S = 1.0
"""Seconds after which the status is reported again: a source that stays silent counts as down."""


class ReaderContext:
    """The context of one reader. Belongs to its thread.

    Reports are best effort: while Redis is away they are dropped, and reading goes on.
    """

    def __init__(
        self,
        outlet: Outlet,
        reporter: StatusReporter,
        counters: Counters,
        stopping: Callable[[], bool],
        clock_s: Callable[[], float],
    ) -> None:
        self._outlet = outlet
        self._reporter = reporter
        self._counters = counters
        self._stopping = stopping
        self._clock_s = clock_s
        self._repeated_s = 0.0

    @property
    def status(self) -> SourceStatus:
        """The status that was reported last."""
        return self._reporter.status

    def stopped(self) -> bool:
        """Tell whether the source must end."""
        return self._stopping()

    def wait(self, seconds: float) -> bool:
        """Wait, less if the source must end, keeping the lease and the buffer's deadline; return `stopped()`.

        Raises:
            LeaseLost: another reader took over meanwhile.
        """
        until = self._clock_s() + seconds
        while not self._stopping() and (left := until - self._clock_s()) > 0:
            time.sleep(self.patience(min(0.05, left)))
            self._outlet.flush_overdue()
            self.keep_alive()
        return self._stopping()

    def patience(self, longest_s: float) -> float:
        """Return the seconds that the source may wait for records; after them it yields a chunk, even an empty one."""
        return self._outlet.patience(longest_s)

    def report(self, state: str, detail: str = "", *, lag_s: float | None = None, collects: str | None = None) -> None:
        """Report the state of the source; see `StatusReporter.report`."""
        self.best_effort(lambda: self._reporter.report(state, detail, lag_s=lag_s, collects=collects))

    def gap(self, since_ms: int, until_ms: int, why: str) -> None:
        """Report that posts of a span of time are known to be missing."""
        self._counters.add("reader_gaps")
        self.best_effort(lambda: self._reporter.gap(since_ms, until_ms, why))

    def keep_alive(self) -> None:
        """Renew the lease and repeat the status, each once a second."""
        self._outlet.keep_lease()
        self.repeat_status()

    def repeat_status(self) -> None:
        """Report the present status again, if that is due."""
        if self._clock_s() - self._repeated_s < REPEAT_STATUS_S:
            return
        self._repeated_s = self._clock_s()
        now = self.status
        self.report(now.state, now.detail, lag_s=now.lag_s)

    def best_effort(self, action: Callable[[], None]) -> None:
        """Do something with Redis; log where Redis is away or refuses."""
        try:
            action()
        except (BrokerUnavailable, BrokerRefused) as error:
            log.debug("%s: not reported: %s", self.status.name, error)
