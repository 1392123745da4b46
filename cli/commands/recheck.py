"""`murmur recheck`: what upkeep does now and then, at once and to the end, told line by line."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

from pipeline.assembly import Process
from pipeline.errors import SourceUnavailable
from pipeline.settings import Settings
from pipeline.upkeep.recheck.recheck import Recheck
from pipeline.upkeep.recheck.result import JOB, RecheckResult

TOLD_EVERY_S = 10.0
PATIENCE_S = 1.0
BUSY_LOOKS = 30


def recheck(settings: Settings, source: str, limit: int | None) -> Iterator[str]:
    """Yield a line now and then, and one at the end.

    Raises:
        SourceUnavailable: the network, or our budget, wants us to come another time.
    """
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    total, why = RecheckResult(), ""
    for some in _runs(_looking(settings, told), source, limit, told):
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


def _looking(settings: Settings, told: threading.Event) -> Recheck:
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
        stopping=told.is_set,
    )


def _runs(looking: Recheck, source: str, limit: int | None, told: threading.Event) -> Iterator[RecheckResult]:
    """Yield what was done in turn, until nothing is left, or there is a reason not to go on but a job's."""
    left, busy, whole = limit, 0, True
    while not told.is_set() and (left is None or left > 0):
        some = looking.run(source, within_s=TOLD_EVERY_S, limit=left, whole=whole)
        if some.busy and busy < BUSY_LOOKS:
            busy += 1
            told.wait(PATIENCE_S)
            continue
        if some.busy:
            some.waits = f"{source} is being re-checked by another process now"
        yield some
        if some.done or (some.waits and JOB not in some.waits):
            return
        whole = False  # a round that ends is not begun again
        left = None if left is None else left - some.checked
        told.wait(PATIENCE_S if some.waits else 0.0)


def _line(tally: RecheckResult) -> str:
    return f"{tally.checked:,} posts looked up, {tally.gone:,} gone and withdrawn, {tally.unsure:,} not known"
