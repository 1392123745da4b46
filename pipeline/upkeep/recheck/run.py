"""One run of a re-check over one source: which posts are next, call after call, and what is made of the answers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec

from pipeline.query.parser import parse
from pipeline.queue.batch import RECHECK, RawBatch, RawRecord
from pipeline.source_names import STREAMING_DELETIONS
from pipeline.sources.lookup_contract import Lookup, LookupResult, RetryLater
from pipeline.sources.x.budget import Budget, lookup_share, month_end_s
from pipeline.sources.x.compliance import MOST_IDS, Compliance, ComplianceJobFailed, ComplianceRefused
from pipeline.upkeep.recheck.background_call import Stopped, aside
from pipeline.upkeep.recheck.gaps import spans_of
from pipeline.upkeep.recheck.notes import Notes, Span, Waiting, now_ms

if TYPE_CHECKING:
    from pipeline.upkeep.recheck import Recheck

T = TypeVar("T")
log = logging.getLogger(__name__)

GAPS_SINCE_MS = 7 * 86_400_000
PAUSE_S = 300.0
NO_JOBS_MS = 86_400_000
POLL_S = 30.0
FEW = 10
"""So many posts that are all gone at once are a reason to ask again before it is believed."""
DOUBT_S = 600.0
CROWDED = 200
"""With so many open batches, workers have enough to do."""
READ_S = 10.0
JOB_HOURS = 24
A_BATCH = 500
JOB = "compliance job"


@dataclass
class Tally:
    """What one run did. `busy`: somebody else is at it; `waits`: why it does not go on now; `done`: nothing is left."""

    checked: int = 0
    gone: int = 0
    unsure: int = 0
    fresh: int = 0
    busy: bool = False
    done: bool = False
    waits: str = ""


class _Id(msgspec.Struct):
    id: str


_id = msgspec.json.Decoder(_Id).decode


class Run:
    """One run over one source."""

    def __init__(self, means: Recheck, source: str, lookup: Lookup, notes: Notes, keep: Callable[[], bool]) -> None:
        self._means = means
        self._source = source
        self._lookup = lookup
        self._notes = notes
        self._keep = keep
        self._tally = Tally()
        settings = means.settings
        self._compliance = Compliance(settings.x_bearer_token, settings.x_api_url) if source == "x" else None
        share = lookup_share(settings.x_monthly_posts, settings.recheck_hours, settings.x_recheck)
        self._budget = Budget(share if source == "x" else 0)
        self._budget.restore(notes.month, notes.paid)

    def go(self, until_s: float, limit: int | None, *, whole: bool) -> Tally:
        tally, notes = self._tally, self._notes
        self._begin(whole=whole)
        while not self._means.stopping() and (limit is None or tally.checked < limit):
            span = notes.span()
            if span is None:
                tally.done = True
                break
            if notes.wait_until > now_ms():
                until = time.strftime("%H:%M:%S UTC", time.gmtime(notes.wait_until / 1000))
                tally.waits = tally.waits or f"{f'a {JOB} ' if notes.waiting else ''}waits until {until}"
                break
            if self._means.claims.backlog().batches > CROWDED:
                tally.waits = "the workers are behind"
                break
            try:
                self._step(span, limit)
            except Stopped:
                break
            except RetryLater as error:
                self._wait(error.pause_s or PAUSE_S, str(error))
            if not self._keep():
                tally.busy = True
                break
            if time.monotonic() >= until_s:
                break
        self._keep()
        return tally

    # -- what is to be looked at
    def _begin(self, *, whole: bool) -> None:
        notes, means = self._notes, self._means
        every_ms = means.settings.recheck_hours * 3_600_000
        if self._source in STREAMING_DELETIONS:
            self._find_gaps()
        sweeps = whole or self._source not in STREAMING_DELETIONS
        if notes.round is None and notes.waiting is None and sweeps and (whole or now_ms() - notes.began >= every_ms):
            notes.began = now_ms()
            notes.round = Span(until=now_ms() - means.young_ms)
            notes.checked = notes.gone = notes.unsure = 0

    def _find_gaps(self) -> None:
        """Note what coverage knows of gaps that were not asked about yet."""
        rows = self._means.store().coverage(since=now_ms() - GAPS_SINCE_MS)
        for gap, span in spans_of(rows, self._source, now_ms() - self._means.young_ms).items():
            self._notes.know(gap, span)

    def _page(self, span: Span, count: int) -> tuple[list[str], str]:
        query = parse(f"source:{self._source}", now_ms())
        with self._means.store().reading(timeout_s=READ_S) as reading:
            try:
                page = reading.search(
                    query, limit=count, before=span.before or None, since=span.since, until=span.until
                )
            except ValueError:  # a token of another store than this
                page = reading.search(query, limit=count, since=span.since, until=span.until)
        return [_id(body).id for body in page.bodies], page.next or ""

    # -- one call
    def _step(self, span: Span, limit: int | None) -> None:
        if self._notes.waiting is not None:
            self._ask_job(span, self._notes.waiting)
            return
        left = None if limit is None else limit - self._tally.checked
        if self._compliance is not None and self._by_job():
            ids, after = self._page(span, min(MOST_IDS, left or MOST_IDS))
            if len(ids) > self._lookup.at_once or self._means.settings.x_recheck == "compliance":
                self._begin_job(span, ids, after)
                return
        count = self._lookup.at_once if left is None else min(self._lookup.at_once, left)
        self._budget.spend(0, time.time())
        if self._budget.posts:
            count = min(count, self._budget.posts - self._budget.count)
        if count <= 0:
            self._wait(month_end_s(time.time()) - time.time(), "the share of X_MONTHLY_POSTS for look-ups is used up")
            return
        ids, after = self._page(span, count)
        looked = self._aside(lambda: self._lookup.look(ids)) if ids else LookupResult([])
        self._budget.spend(looked.paid, time.time())
        self._notes.month, self._notes.paid = self._budget.month, self._budget.count
        if self._believes(ids, looked.deleted):
            self._found(len(ids), looked)
            if span.left is not None:
                span.left -= len(ids)
            self._go_on(span, after)
        if ids and after:
            self._pause(self._lookup.apart_s)

    def _aside(self, ask: Callable[[], T]) -> T:
        return aside(ask, self._means.stopping)

    def _pause(self, seconds: float) -> None:
        until_s = time.monotonic() + seconds
        while not self._means.stopping() and (left := until_s - time.monotonic()) > 0:
            self._means.sleep(min(0.1, left))

    def _believes(self, ids: Sequence[str], gone: Sequence[str]) -> bool:
        """Tell whether an answer may be acted on: that all of many posts are gone must be said twice, minutes apart."""
        if len(ids) < FEW or len(gone) < len(ids) or self._notes.doubted == ids[0]:
            self._notes.doubted = ""
            return True
        self._notes.doubted = ids[0]
        self._wait(DOUBT_S, f"all of {len(ids)} posts are said to be gone: asked again before that is believed")
        return False

    def _found(self, checked: int, looked: LookupResult) -> None:
        at = now_ms()
        deletions = [RawRecord(at, _deletion(post_id, at)) for post_id in looked.deleted]
        for start in range(0, len(deletions), A_BATCH):
            self._means.hand_over(self._source, RawBatch(RECHECK, deletions[start : start + A_BATCH]))
        for batch in looked.fresh:
            self._means.hand_over(self._source, batch)
        self._means.counters.add("posts_rechecked", checked)
        tally, notes = self._tally, self._notes
        tally.checked += checked
        tally.gone += len(looked.deleted)
        tally.unsure += looked.unsure
        tally.fresh += sum(len(batch.records) for batch in looked.fresh)
        notes.checked += checked
        notes.gone += len(looked.deleted)
        notes.unsure += looked.unsure

    def _go_on(self, span: Span, after: str) -> None:
        if after and (span.left is None or span.left > 0):
            span.before = after
        else:
            self._notes.done(span)

    def _wait(self, seconds: float, why: str) -> None:
        log.info("%s is not re-checked now: %s", self._source, why)
        self._tally.waits = why
        self._notes.wait_until = now_ms() + int(seconds * 1000)

    # -- compliance jobs
    def _by_job(self) -> bool:
        return self._means.settings.x_recheck != "lookup" and self._notes.no_jobs_until < now_ms()

    def _begin_job(self, span: Span, ids: list[str], after: str) -> None:
        compliance = self._compliance
        if not ids or compliance is None:
            self._notes.done(span)
            return
        try:
            job = self._aside(lambda: compliance.begin(ids))
            self._notes.waiting = Waiting(job, len(ids), after, now_ms())
        except ComplianceRefused as error:
            if self._means.settings.x_recheck == "compliance":
                raise
            log.info("X is looked up post by post: %s", error)
            self._notes.no_jobs_until = now_ms() + NO_JOBS_MS
            return
        self._wait(POLL_S, f"X works at a {JOB}")

    def _ask_job(self, span: Span, waiting: Waiting) -> None:
        compliance = self._compliance
        if compliance is None:
            return
        if now_ms() - waiting.began > JOB_HOURS * 3_600_000:
            self._notes.waiting = None  # it is begun anew
            return
        try:
            gone = self._aside(lambda: compliance.result(waiting.job))
        except ComplianceJobFailed:
            self._notes.waiting = None
            raise
        if gone is None:
            self._wait(POLL_S, f"X works at a {JOB}")
            return
        self._notes.waiting = None
        if not self._believes([f"job of {waiting.count}"] * waiting.count, gone):
            return
        self._found(waiting.count, LookupResult(gone))
        self._go_on(span, waiting.before)


def _deletion(post_id: str, at: int) -> bytes:
    return msgspec.json.encode({"murmur": 1, "kind": "delete", "id": post_id, "at": at})
