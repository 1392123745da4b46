"""Command `murmur recheck`: re-checks all stored posts of a source at once, as upkeep does bit by bit.

It reports progress, waits while another process re-checks the source, stops at a signal, and the next call goes on
there.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

from pipeline.assembly import Process
from pipeline.errors import SourceUnavailable
from pipeline.settings import Settings
from pipeline.upkeep.recheck.recheck import Recheck
from pipeline.upkeep.recheck.result import JOB, RecheckResult

_REPORT_EVERY_S = 10.0
_RETRY_S = 1.0
BUSY_RETRIES = 30
"""Retries, `_RETRY_S` seconds apart, while another process re-checks the source."""


def recheck(settings: Settings, source: str, limit: int | None) -> Iterator[str]:
    """Yield a line of progress about every ten seconds, and one at the end.

    Raises:
        SourceUnavailable: the network or our budget allows no more look-ups now; the next call resumes there.
    """
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    total, why = RecheckResult(), ""
    for some in _runs(_recheck_of(settings, stopping), source, limit, stopping):
        total.checked += some.checked
        total.gone += some.gone
        total.unsure += some.unsure
        if some.waits and some.waits != why and JOB in some.waits:
            yield some.waits
        why = some.waits
        if some.checked:
            yield _line(total)
    if total.checked == 0:
        yield _line(total)
    if why and JOB not in why:
        raise SourceUnavailable(f"{why}; the next time goes on there")


def _recheck_of(settings: Settings, stopping: threading.Event) -> Recheck:
    from pipeline.jobs.app import app
    from pipeline.jobs.tasks import enqueue

    app.set_current()
    process = Process(settings, "recheck")
    return Recheck(
        settings=settings,
        redis=process.redis,
        names=process.names,
        store=process.store,
        claims=process.claims,
        counters=process.counters,
        enqueue=enqueue,
        stopping=stopping.is_set,
    )


def _runs(job: Recheck, source: str, limit: int | None, stopping: threading.Event) -> Iterator[RecheckResult]:
    """Yield the tally of each run, until no post is left, or a reason other than a compliance job stops the
    re-check."""
    left, busy, whole = limit, 0, True
    while not stopping.is_set() and (left is None or left > 0):
        some = job.run(source, within_s=_REPORT_EVERY_S, limit=left, whole=whole)
        if some.busy and busy < BUSY_RETRIES:
            busy += 1
            stopping.wait(_RETRY_S)
            continue
        if some.busy:
            some.waits = f"{source} is being re-checked by another process now"
        yield some
        if some.done or (some.waits and JOB not in some.waits):
            return
        whole = False  # once the round has ended, no other begins
        left = None if left is None else left - some.checked
        stopping.wait(_RETRY_S if some.waits else 0.0)


def _line(tally: RecheckResult) -> str:
    return f"{tally.checked:,} posts looked up, {tally.gone:,} deleted, {tally.unsure:,} not known"
