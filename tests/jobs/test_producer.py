"""Sending messages while the broker is away, refuses or is in use raises only the pipeline's own errors."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from celery import Celery
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.errors import BrokerUnavailable
from pipeline.jobs.producer import acquired_producer, send_task


def application(url: str) -> tuple[Celery, Any]:
    """Return an application with one task, and the task."""
    made = Celery("test", broker=url, set_as_current=False)
    made.conf.update(broker_pool_limit=1, broker_connection_timeout=1.0, broker_transport_options={"max_retries": 0})

    @made.task(name="test.cover")  # type: ignore[untyped-decorator]
    def cover(_row: str) -> None:
        """Do nothing."""

    return made, cover


def unused_port() -> int:
    """Return a port with no listener."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_a_broker_that_refuses_connections_is_unavailable() -> None:
    made, cover = application(f"redis://127.0.0.1:{unused_port()}/0")
    with pytest.raises(BrokerUnavailable):
        send_task(cover, ("row",), "q")
    with pytest.raises(BrokerUnavailable), acquired_producer(made) as producer:
        producer.channel.queue_declare("q")


def test_a_pool_that_was_closed_is_unavailable() -> None:
    made, cover = application("memory://")
    made.producer_pool.force_close_all()
    with pytest.raises(BrokerUnavailable):
        send_task(cover, ("row",), "q")


@pytest.mark.redis
def test_an_error_that_redis_answers_is_ours_too(redis_client: Redis, names: Names) -> None:
    options = redis_client.connection_pool.connection_kwargs
    where = options.get("path")
    url = (
        f"redis+socket://{where}" if where else f"redis://{options['host']}:{options['port']}/{options.get('db') or 0}"
    )
    made, cover = application(url)
    queue = f"{names.prefix}.refused"
    made.conf.task_default_queue = queue
    redis_client.set(queue, "not a list")
    with pytest.raises(BrokerUnavailable, match="WRONGTYPE"):
        send_task(cover, ("row",), queue)
    redis_client.delete(queue)
