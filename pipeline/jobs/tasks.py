"""Celery tasks: process a batch, read a source, tick, housekeep, re-check, write coverage; and how each is sent.

Each task builds the parts of its process once and calls them. After an outage a message is sent again to the end of its
queue. A worker that is at one batch for `BATCH_LIMIT_S` is ended by the kernel. `queue()` makes the `TaskQueue` of
reader, worker and upkeep.

`ingest` acknowledges late, `read_stream` at once: a reader runs for days, and its lease, not its message, shows that it
lives. Messages carry ids and small facts as JSON, never a post.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from celery import current_app, shared_task
from celery.exceptions import Reject
from celery.worker import state as worker_state

from pipeline.assembly import Process, build_batch_runner, build_reader, build_recheck, build_upkeep
from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.errors import BrokerUnavailable, MurmurError, StoreUnavailable
from pipeline.jobs.producer import acquired_producer, send_task
from pipeline.queue.task_queue import CoverageUpdate, TaskQueue
from pipeline.settings import load
from pipeline.upkeep.periodic_duties import Upkeep
from pipeline.worker.batch_runner import OUTAGE_WAIT_S, BatchRunner

if TYPE_CHECKING:
    from pipeline.upkeep.recheck.recheck import Recheck

log = logging.getLogger(__name__)

BATCH_LIMIT_S = 45.0
"""Seconds after which the kernel ends (SIGALRM) a worker that is still at one batch, whatever hangs.

Its supervisor starts another worker, the batch comes again, and the search for poison records finds the record. The
limit is shorter than the visibility timeout.
"""

_lock = threading.Lock()
_housekeeping = threading.Lock()
_covering = threading.Lock()
_rechecking = threading.Lock()
_parts: dict[str, Any] = {}
_reading: set[str] = set()


@shared_task(name="murmur.ingest", acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def ingest(batch_id: str) -> None:
    """Process one batch."""
    try:
        runner = _runner()
    except MurmurError as error:
        log.warning("batch %s waits: %s", batch_id, error)
        if not isinstance(error, BrokerUnavailable | BrokerRefused):
            _process("worker", 1).outages.report(str(error))
        _wait(OUTAGE_WAIT_S)
        _send_again(lambda: enqueue(batch_id))
        return
    signal.setitimer(signal.ITIMER_REAL, BATCH_LIMIT_S)
    try:
        runner.run(batch_id)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@shared_task(name="murmur.read_stream", acks_late=False, ignore_result=True)  # type: ignore[untyped-decorator]
def read_stream(source: str) -> None:
    """Read a source until this process ends, in one thread even if several messages request it."""
    with _lock:
        if source in _reading:
            return
        _reading.add(source)
    try:
        process = _process("reader", connections=2)
        build_reader(process, source, queue()).run()
    except MurmurError as error:
        log.warning("%s cannot be read now, upkeep will request it again: %s", source, error)
    finally:
        with _lock:
            _reading.discard(source)


@shared_task(name="murmur.tick", ignore_result=True)  # type: ignore[untyped-decorator]
def tick() -> None:
    """Announce the low watermark and the figures."""
    try:
        _upkeep().tick()
    except MurmurError as error:
        log.warning("no tick: %s", error)


@shared_task(name="murmur.housekeep", ignore_result=True)  # type: ignore[untyped-decorator]
def housekeep() -> None:
    """Do the duties that are due; one thread a process, so that a long duty does not hold the ticks up."""
    if not _housekeeping.acquire(blocking=False):
        return
    try:
        _upkeep().housekeep()
    except MurmurError as error:
        log.warning("no housekeeping: %s", error)
    finally:
        _housekeeping.release()


@shared_task(name="murmur.recheck", ignore_result=True)  # type: ignore[untyped-decorator]
def recheck() -> None:
    """Re-check some stored posts, if that is due; one thread a process."""
    if not _rechecking.acquire(blocking=False):
        return
    try:
        _recheck().due()
    except MurmurError as error:
        log.warning("no re-check: %s", error)
    finally:
        _rechecking.release()


@shared_task(name="murmur.cover", acks_late=True, ignore_result=True)  # type: ignore[untyped-decorator]
def cover(  # noqa: PLR0917 - the fields of a row, in its order
    source: str,
    since: int,
    until: int | None,
    search: str,
    why: str,
    filled: bool = False,
    read_ms: int | None = None,
) -> None:
    """Write a coverage row; rows are written one at a time. A row that the store refuses is dropped and logged."""
    row = CoverageUpdate(source, since, until, search, why, filled, read_ms)
    try:
        with _covering:
            _upkeep().coverage.write(row)
    except (StoreUnavailable, BrokerUnavailable, BrokerRefused) as error:
        log.warning("a coverage row waits: %s", error)
        _wait(OUTAGE_WAIT_S)
        _send_again(lambda: _cover(row))
    except MurmurError as error:
        log.error("a coverage row is dropped, %s: %s", row, error)


def enqueue(batch_id: str) -> None:
    """Send the id of an open batch to the workers."""
    send_task(ingest, (batch_id,), _names().posts_queue)


def stopping() -> bool:
    """Tell whether this worker process is ending."""
    return bool(worker_state.should_stop is not None and worker_state.should_stop is not False) or bool(
        worker_state.should_terminate
    )


def queue() -> TaskQueue:
    """Return the task queue of this process."""
    return TaskQueue(
        enqueue=enqueue, cover=_cover, request_reader=_request_reader, waiting=_waiting_ids, stopping=stopping
    )


def _cover(row: CoverageUpdate) -> None:
    send_task(cover, msgspec.structs.astuple(row), _names().upkeep_queue)


def _send_again(send_again: Callable[[], None]) -> None:
    """Send a message again to the end of its queue; if that fails, the broker delivers the present one again.

    Raises:
        celery.exceptions.Reject: the message could not be sent.
    """
    try:
        send_again()
    except BrokerUnavailable as error:
        raise Reject(str(error), requeue=True) from error


def _request_reader(source: str) -> None:
    send_task(read_stream, (source,), _names().stream_queue(source), expires_s=5)


def _waiting_ids() -> int:
    with acquired_producer(current_app) as producer:
        return int(producer.channel.queue_declare(_names().posts_queue).message_count)


def _wait(seconds: float) -> None:
    until = time.monotonic() + seconds
    while not stopping() and time.monotonic() < until:
        time.sleep(0.1)


def _runner() -> BatchRunner:
    with _lock:
        if "runner" not in _parts:
            _parts["runner"] = build_batch_runner(_own_process("worker", 1), queue())
        return _parts["runner"]  # type: ignore[no-any-return]


def _upkeep() -> Upkeep:
    with _lock:
        if "upkeep" not in _parts:
            process = _own_process("upkeep", 2)
            visibility_s = float(current_app.conf.broker_transport_options["visibility_timeout"])
            _parts["upkeep"] = build_upkeep(process, queue(), visibility_s=visibility_s)
        return _parts["upkeep"]  # type: ignore[no-any-return]


def _recheck() -> Recheck:
    with _lock:
        if "recheck" not in _parts:
            _parts["recheck"] = build_recheck(_own_process("upkeep", 2), queue())
        return _parts["recheck"]  # type: ignore[no-any-return]


def _process(role: str, connections: int) -> Process:
    with _lock:
        return _own_process(role, connections)


def _own_process(role: str, connections: int) -> Process:
    if "process" not in _parts:
        _parts["process"] = Process(load(), role, connections=connections)
    return _parts["process"]  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _names() -> Names:
    return Names(load().redis_prefix)
