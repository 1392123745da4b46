"""Command `murmur dead`: lists the dead letters, and enqueues their records again for the workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from pipeline.broker.connections import connect
from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable
from pipeline.printable_text import printable
from pipeline.queue.claim_check import ClaimCheck
from pipeline.queue.dead_letters import DeadLetters
from pipeline.settings import Settings

SHOWN = 100
"""Bytes of a record that are listed."""


def listing(settings: Settings, limit: int) -> Iterator[str]:
    """Yield a line about the total, then one line for each dead letter, oldest first."""
    with connect(settings, name="dead") as redis:
        dead = DeadLetters(redis, Names(settings.redis_prefix))
        size = dead.size()
        dropped = f", {size.dropped:,} dropped for want of room" if size.dropped else ""
        yield f"{size.letters:,} dead letters, {size.size_bytes:,} bytes{dropped}"
        for letter in dead.letters(limit=limit):
            when = datetime.fromtimestamp(letter.when / 1000, UTC).isoformat(timespec="seconds")
            raw = letter.raw[:SHOWN].decode(errors="replace")
            yield printable(
                f"{letter.id}  {when}  {letter.source}  {letter.error}{' (cut)' if letter.cut else ''}  {raw}"
            )


def retry(settings: Settings, limit: int | None) -> str:
    """Enqueue at most `limit` dead letters again, oldest first (None: all); return one line about it."""
    from pipeline.jobs.app import app
    from pipeline.jobs.tasks import enqueue

    app.set_current()
    with connect(settings, name="dead") as redis:
        names = Names(settings.redis_prefix)
        dead = DeadLetters(redis, names)
        before = dead.size().letters
        batches = dead.retry(ClaimCheck(redis, names), limit=limit)
        with suppress(BrokerUnavailable):  # the batches are stored already: upkeep enqueues them
            for batch_id in batches:
                enqueue(batch_id)
        return f"{before - dead.size().letters} enqueued again in {len(batches)} batches, {dead.size().letters} remain"
