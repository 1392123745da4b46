"""`murmur recheck`: what upkeep does now and then, at once and to the end, told line by line."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

from pipeline.assembly import Process
from pipeline.recheck import Recheck
from pipeline.recheck.run import Tally
from pipeline.settings import Settings

TOLD_EVERY_S = 10.0
PATIENCE_S = 1.0
BUSY_LOOKS = 30


def recheck(settings: Settings, source: str, limit: int | None) -> Iterator[str]:
    """Yield a line now and then, and one at the end."""
    from pipeline.app import app

    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    process = Process(settings, "recheck")

    def enqueue(batch_id: str) -> None:
        app.send_task("murmur.ingest", (batch_id,), queue=process.names.posts_queue)

    looking = Recheck(
        settings=settings,
        redis=process.redis,
        names=process.names,
        store=process.store,
        claims=process.claims,
        counters=process.counters,
        enqueue=enqueue,
        stopping=told.is_set,
    )
    total = Tally()
    whole, busy, waits = True, 0, ""
    while not told.is_set() and (limit is None or total.checked < limit):
        left = None if limit is None else limit - total.checked
        some = looking.run(source, within_s=TOLD_EVERY_S, limit=left, whole=whole)
        total.checked += some.checked
        total.gone += some.gone
        total.unsure += some.unsure
        if some.busy:
            busy += 1
            if busy > BUSY_LOOKS:
                yield f"{source} is being re-checked by another process now"
                return
            told.wait(PATIENCE_S)
            continue
        if some.done:
            break
        whole = False  # a round that ends is not begun again
        if some.waits:
            if some.waits != waits:
                yield some.waits
            told.wait(PATIENCE_S)
        waits = some.waits
        if some.checked:
            yield _line(total)
    yield _line(total)


def _line(tally: Tally) -> str:
    return f"{tally.checked:,} posts looked up, {tally.gone:,} gone and withdrawn, {tally.unsure:,} not known"
