"""One run of a re-check over one source: goes on with a round over all its stored posts, newest first. For sources that
stream deletions it checks only posts around gaps and those of requested accounts, unless a whole round is requested.

It keeps to X's budget and to the pauses a network asks for, uses compliance jobs where X allows them, and waits while
workers are behind. Each step is one call to the network. The progress is saved after each, so the run can stop
anywhere.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from pipeline.clock import now_ms
from pipeline.queue.recheck_requests import RecheckRequests
from pipeline.settings import Settings
from pipeline.source_names import STREAMING_DELETIONS
from pipeline.sources.lookup_contract import Lookup, LookupResult, RetryLater
from pipeline.sources.x.budget import Budget, lookup_share, month_end_s
from pipeline.sources.x.compliance import Compliance
from pipeline.store.contract import Store
from pipeline.upkeep.recheck.background_call import Stopped, call_in_background
from pipeline.upkeep.recheck.compliance_jobs import ComplianceJobs
from pipeline.upkeep.recheck.enqueue_findings import Findings
from pipeline.upkeep.recheck.gap_spans import MOST_POSTS, spans_of
from pipeline.upkeep.recheck.pacing import Pacing
from pipeline.upkeep.recheck.progress import PostSpan, RecheckProgress
from pipeline.upkeep.recheck.result import JOB, RecheckResult
from pipeline.upkeep.recheck.stored_id_pages import page_of_ids

log = logging.getLogger(__name__)

GAPS_SINCE_MS = 7 * 86_400_000
PAUSE_S = 300.0
"""Seconds to wait where a network requests a pause without a length."""
AUTHORS_AT_ONCE = 50
"""Accounts whose posts wait to be checked in the progress at once; further requests wait in their own queue."""
CROWDED_BATCHES = 200
"""Open batches from which on workers are behind, and the re-check waits."""


class RecheckRun:
    """One run over one source.

    `store` returns the calling thread's own store; `save` saves the progress and returns whether this process still
    holds it.
    """

    def __init__(
        self,
        source: str,
        lookup: Lookup,
        progress: RecheckProgress,
        result: RecheckResult,
        findings: Findings,
        *,
        settings: Settings,
        store: Callable[[], Store],
        open_batches: Callable[[], int],
        save: Callable[[], bool],
        requests: RecheckRequests,
        stopping: Callable[[], bool],
        sleep: Callable[[float], None],
        young_ms: int,
    ) -> None:
        self._source = source
        self._lookup = lookup
        self._progress = progress
        self._result = result
        self._findings = findings
        self._settings = settings
        self._store = store
        self._open_batches = open_batches
        self._save = save
        self._requests = requests
        self._stopping = stopping
        self._sleep = sleep
        self._young_ms = young_ms
        self._pacing = Pacing(source, progress, result)
        self._jobs: ComplianceJobs | None = None
        if source == "x":
            compliance = Compliance(settings.x_bearer_token, settings.x_api_url)
            only = settings.x_recheck == "compliance"
            self._jobs = ComplianceJobs(compliance, progress, self._pacing, findings, only=only, stopping=stopping)
        share = lookup_share(settings.x_monthly_posts, settings.recheck_hours, settings.x_recheck)
        self._budget = Budget(share if source == "x" else 0)
        self._budget.restore(progress.month, progress.paid)

    def go(self, until_s: float, limit: int | None, *, whole: bool) -> None:
        """Check posts until a monotonic time, a number of posts, a reason to wait, or the end of the round.

        Raises:
            StoreUnavailable, BrokerUnavailable: an outage.
            SourceUnavailable: the network cannot be reached.
        """
        result, progress = self._result, self._progress
        self._begin(whole=whole)
        while not self._stopping() and (limit is None or result.checked < limit):
            span = progress.span()
            if span is None:
                result.done = True
                break
            if progress.wait_until > now_ms():
                until = time.strftime("%H:%M:%S UTC", time.gmtime(progress.wait_until / 1000))
                result.waits = result.waits or f"{f'a {JOB} ' if progress.waiting else ''}waits until {until}"
                break
            if self._open_batches() > CROWDED_BATCHES:
                result.waits = "the workers are behind"
                break
            try:
                self._step(span, limit)
            except Stopped:
                break
            except RetryLater as error:
                self._pacing.wait(error.pause_s or PAUSE_S, str(error))
            if not self._save():
                result.busy = True
                break
            if time.monotonic() >= until_s:
                break
        self._save()

    def _begin(self, *, whole: bool) -> None:
        """Note new gaps, and begin a round if one is due."""
        progress, every_ms = self._progress, self._settings.recheck_hours * 3_600_000
        if self._source in STREAMING_DELETIONS:
            rows = self._store().coverage(since=now_ms() - GAPS_SINCE_MS)
            for gap, span in spans_of(rows, self._source, now_ms() - self._young_ms).items():
                progress.know(gap, span)
            self._take_requests()
        sweeps = whole or self._source not in STREAMING_DELETIONS
        idle = progress.round is None and progress.waiting is None
        if idle and sweeps and (whole or now_ms() - progress.began >= every_ms):
            progress.began = now_ms()
            progress.round = PostSpan(until=now_ms() - self._young_ms)
            progress.checked = progress.gone = progress.unsure = 0

    def _take_requests(self) -> None:
        """Note the posts of requested accounts as spans. A request is removed when the progress is saved: a process
        that dies before leaves it."""
        progress, before_ms = self._progress, now_ms() - self._young_ms
        room = AUTHORS_AT_ONCE - sum(bool(span.author) for span in progress.gaps)
        begun = self._requests.waiting(self._source, before_ms, room) if room > 0 else {}
        for author, at in begun.items():
            progress.gaps.append(PostSpan(until=at + 1, left=MOST_POSTS, author=author))
        if begun and self._save():
            self._requests.remove(self._source, begun)

    def _step(self, span: PostSpan, limit: int | None) -> None:
        """Make one call: poll a job, begin one, or look posts up."""
        left = None if limit is None else limit - self._result.checked
        if self._jobs is not None and self._progress.waiting is not None:
            self._jobs.poll(span, self._progress.waiting)
            return
        if self._jobs is not None and self._settings.x_recheck != "lookup" and self._jobs.possible():
            ids, after = self._page(span, self._jobs.at_most(left))
            if len(ids) > self._lookup.at_once or self._jobs.only:
                self._jobs.begin(span, ids, after)
                return
        count = self._affordable(self._lookup.at_once if left is None else min(self._lookup.at_once, left))
        if count <= 0:
            pause_s = month_end_s(time.time()) - time.time()
            self._pacing.wait(pause_s, "the share of X_MONTHLY_POSTS for look-ups is used up")
            return
        self._look_up(span, *self._page(span, count))

    def _affordable(self, count: int) -> int:
        """Return the part of `count` posts that this month's budget allows."""
        self._budget.spend(0, time.time())
        return min(count, self._budget.posts - self._budget.count) if self._budget.posts else count

    def _page(self, span: PostSpan, count: int) -> tuple[list[str], str]:
        return page_of_ids(self._store(), self._source, span, count)

    def _look_up(self, span: PostSpan, ids: list[str], after: str) -> None:
        looked = call_in_background(lambda: self._lookup.look(ids), self._stopping) if ids else LookupResult([])
        self._budget.spend(looked.paid, time.time())
        self._progress.month, self._progress.paid = self._budget.month, self._budget.count
        if self._pacing.believes(ids, looked.deleted):
            self._findings.add(len(ids), looked)
            if span.left is not None:
                span.left -= len(ids)
            self._progress.advance(span, after)
        if ids and after:
            self._pause(self._lookup.apart_s)

    def _pause(self, seconds: float) -> None:
        until_s = time.monotonic() + seconds
        while not self._stopping() and (left := until_s - time.monotonic()) > 0:
            self._sleep(min(0.1, left))
