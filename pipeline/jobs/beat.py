"""Beat inside the upkeep worker: a thread of it, with a schedule in memory, publishing through the shared producer.

A beat of its own process costs 60 MB and two connections more, and a schedule file needs a disk and pickle.
"""

from __future__ import annotations

from typing import Any

from celery import bootsteps
from celery.app.amqp import Queues
from celery.beat import EmbeddedService
from celery.beat import Scheduler as InMemory

from pipeline.jobs.producer import acquired_producer


class Scheduler(InMemory):  # type: ignore[misc]  # Celery is untyped
    """The schedule in memory, without a connection of its own."""

    producer = None
    """Not one of its own: `apply_async` takes the process's."""

    def apply_async(self, entry: Any, **options: Any) -> Any:
        """Send a due task through the shared producer."""
        with acquired_producer(self.app) as shared:
            return super().apply_async(entry, **(options | {"producer": shared}))


class BeatThread(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery is untyped
    """Runs beat in the worker that consumes the upkeep queue."""

    requires = ("celery.worker.components:Pool",)
    label = "Beat"
    queue = ""
    """Set when the app is made: the queue whose consumer beats."""

    def include_if(self, parent: Any) -> bool:
        """Tell whether this worker consumes the upkeep queue."""
        queues: Queues = parent.app.amqp.queues
        return self.queue in queues.consume_from

    def create(self, parent: Any) -> Any:
        """Return the thread."""
        return EmbeddedService(parent.app, thread=True, scheduler_cls="pipeline.jobs.beat:Scheduler")
