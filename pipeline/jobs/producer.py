"""Producer of Celery messages: sends tasks over the one connection that all threads of a process share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from celery import Celery
from kombu import exceptions
from redis.exceptions import RedisError

from pipeline.errors import BrokerUnavailable

PRODUCER_WAIT_S = 15.0
_KOMBU = (
    exceptions.KombuError,
    exceptions.ConnectionError,
    exceptions.ChannelError,
    RedisError,
    OSError,
    RuntimeError,
)
"""Errors of kombu for a broker that cannot be reached: its own, amqp's, the transport's, a socket's, and RuntimeError
for a pool that was closed at the end of the process."""


@contextmanager
def _broker_errors() -> Iterator[None]:
    """Translate the errors of kombu and its transport into ours; no other module knows kombu's.

    Raises:
        BrokerUnavailable: the broker cannot be reached or refuses, or other threads kept the producer.
    """
    try:
        yield
    except _KOMBU as error:
        raise BrokerUnavailable(str(error) or type(error).__name__) from error


@contextmanager
def acquired_producer(app: Celery) -> Iterator[Any]:
    """Yield the process's producer; other threads wait meanwhile.

    kombu opens a second connection for each channel, for consuming. A producer never consumes, so that one is closed.

    Raises:
        BrokerUnavailable: the broker cannot be reached or refuses.
    """
    with _broker_errors(), app.producer_pool.acquire(block=True, timeout=PRODUCER_WAIT_S) as producer:
        consuming = getattr(producer.channel, "client", None)
        if consuming is not None:
            consuming.connection_pool.disconnect(inuse_connections=False)
        yield producer


def send_task(task: Any, arguments: Sequence[Any], queue: str, *, expires_s: float | None = None) -> None:
    """Send a task to a queue.

    By default Celery keeps the result of every message that a running task sends until that task ends (`children` of
    its request, with `ignore_result` as well). `read_stream` runs for days, so `add_to_parent` is off.

    Raises:
        BrokerUnavailable: the broker cannot be reached or refuses.
    """
    with acquired_producer(task.app) as producer:
        task.apply_async(
            tuple(arguments), queue=queue, producer=producer, expires=expires_s, retry=False, add_to_parent=False
        )
