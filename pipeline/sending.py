"""Sends Celery messages over one connection a process, whoever sends: a task, the reader, beat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from celery import Celery


@contextmanager
def producing(app: Celery) -> Iterator[Any]:
    """Yield the process's producer; others wait meanwhile.

    kombu opens a second connection for each channel, to consume with; a producer never does, so it is let go.
    """
    with app.producer_pool.acquire(block=True, timeout=15) as producer:
        consuming = getattr(producer.channel, "client", None)
        if consuming is not None:
            consuming.connection_pool.disconnect(inuse_connections=False)
        yield producer


def send(task: Any, arguments: Sequence[Any], queue: str, *, expires_s: float | None = None) -> None:
    """Send a task to a queue.

    Celery's default keeps the result of every message that a running task sends until that task ends (`children` of
    its request, `ignore_result` or not). `read_stream` runs for days, so nothing is entered there.

    Raises:
        kombu.exceptions.OperationalError: the broker cannot be reached.
    """
    with producing(task.app) as producer:
        task.apply_async(
            tuple(arguments), queue=queue, producer=producer, expires=expires_s, retry=False, add_to_parent=False
        )
