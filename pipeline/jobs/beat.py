"""Beat as a thread of the upkeep worker, with its schedule in memory, sending through the process's producer.

A beat process of its own would cost 60 MB and two connections more, and its schedule file needs a disk and pickle.
"""

from __future__ import annotations

from typing import Any

from celery import bootsteps
from celery.app.amqp import Queues
from celery.beat import EmbeddedService
from celery.beat import Scheduler as InMemory

from pipeline.jobs.producer import acquired_producer


class SharedProducerScheduler(InMemory):  # type: ignore[misc]  # Celery is untyped
    """A schedule in memory that has no connection of its own."""

    producer = None
    """None: `apply_async` uses the process's producer."""

    def apply_async(self, entry: Any, **options: Any) -> Any:
        """Send a due task through the process's producer."""
        with acquired_producer(self.app) as shared:
            return super().apply_async(entry, **(options | {"producer": shared}))


class BeatThread(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery is untyped
    """Runs beat in the worker that consumes the upkeep queue."""

    requires = ("celery.worker.components:Pool",)
    label = "Beat"
    queue = ""
    """The queue whose consumer runs beat; `make_app` sets it."""

    def include_if(self, parent: Any) -> bool:
        """Tell whether this worker consumes the upkeep queue."""
        queues: Queues = parent.app.amqp.queues
        return self.queue in queues.consume_from

    def create(self, parent: Any) -> Any:
        """Return the thread."""
        return EmbeddedService(parent.app, thread=True, scheduler_cls="pipeline.jobs.beat:SharedProducerScheduler")
