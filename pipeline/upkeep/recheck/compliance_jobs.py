"""Compliance jobs of X in a re-check: begins a job for many ids and polls it, without paying for each post.

A finished job's deletions go to the findings. Where X refuses jobs to this app, posts are looked up one by one for a
day (unless only jobs are allowed); a job without a result after `JOB_HOURS` is given up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from pipeline.clock import now_ms
from pipeline.sources.lookup_contract import LookupResult
from pipeline.sources.x.compliance import MOST_IDS, Compliance, ComplianceJobFailed, ComplianceRefused
from pipeline.upkeep.recheck.background_call import call_in_background
from pipeline.upkeep.recheck.enqueue_findings import Findings
from pipeline.upkeep.recheck.pacing import Pacing
from pipeline.upkeep.recheck.progress import PostSpan, RecheckProgress, Waiting
from pipeline.upkeep.recheck.result import JOB

log = logging.getLogger(__name__)

RETRY_REFUSED_MS = 86_400_000
"""Milliseconds after which jobs are tried again that X refused to this app."""
POLL_S = 30.0
JOB_HOURS = 24
"""Hours after which an unfinished job is given up and begun anew."""


class ComplianceJobs:
    """The jobs of one run. `only`: posts are never looked up one by one instead."""

    def __init__(
        self,
        compliance: Compliance,
        progress: RecheckProgress,
        pacing: Pacing,
        findings: Findings,
        *,
        only: bool,
        stopping: Callable[[], bool],
    ) -> None:
        self._compliance = compliance
        self._progress = progress
        self._pacing = pacing
        self._findings = findings
        self._stopping = stopping
        self.only = only

    def possible(self) -> bool:
        """Tell whether X has not refused jobs lately."""
        return self._progress.no_jobs_until < now_ms()

    @staticmethod
    def at_most(left: int | None) -> int:
        """Return the greatest number of ids of one job, where `left` are wanted (None: any number)."""
        return min(MOST_IDS, left or MOST_IDS)

    def begin(self, span: PostSpan, ids: list[str], after: str) -> None:
        """Begin a job for some ids; `after` is the token of the page behind them.

        Raises:
            ComplianceRefused: X does not let this app use jobs, and `only` is set.
        """
        if not ids:
            self._progress.done(span)
            return
        try:
            job = call_in_background(lambda: self._compliance.begin(ids), self._stopping)
            self._progress.waiting = Waiting(job, len(ids), after, now_ms())
        except ComplianceRefused as error:
            if self.only:
                raise
            log.info("posts of X are looked up one by one: %s", error)
            self._progress.no_jobs_until = now_ms() + RETRY_REFUSED_MS
            return
        self._pacing.wait(POLL_S, f"X works at a {JOB}")

    def poll(self, span: PostSpan, waiting: Waiting) -> None:
        """Fetch the result of the job; record it if X has finished.

        Raises:
            ComplianceJobFailed: X gave the job up.
        """
        if now_ms() - waiting.began > JOB_HOURS * 3_600_000:
            self._progress.waiting = None
            return
        try:
            deleted = call_in_background(lambda: self._compliance.result(waiting.job), self._stopping)
        except ComplianceJobFailed:
            self._progress.waiting = None
            raise
        if deleted is None:
            self._pacing.wait(POLL_S, f"X works at a {JOB}")
            return
        self._progress.waiting = None
        if not self._pacing.believes([f"job of {waiting.count}"] * waiting.count, deleted):
            return
        self._findings.add(waiting.count, LookupResult(deleted))
        self._progress.advance(span, waiting.before)
