"""Pub/Sub listener: the one Pub/Sub connection of a web process, read for ever and made anew when it is lost.

The listener splits a message's low watermark from its bytes and parses no post. Messages lost while the connection is
away are the hub's concern: the listener reports the loss, and the end of it once every channel is subscribed again.
"""

from __future__ import annotations

import contextlib
import logging
import random
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import Event
from redis import ConnectionPool
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from pipeline.errors import MurmurError
from web.live.fanout.hub import Hub
from web.live.fanout.pubsub_commands import FENCE, PubSubCommands

log = logging.getLogger("web.live.listener")

PUBSUB_TIMEOUT_S = 5.0
"""Seconds without a byte after which Redis is pinged, and as many later the connection is given up.

Upkeep publishes a tick every second.
"""
_RETRY_S = (0.05, 2.0)


class PubSubListener:
    """The receiving side of the connection."""

    def __init__(self, make_pool: Callable[[], ConnectionPool], commands: PubSubCommands, hub: Hub) -> None:
        self._make_pool = make_pool
        self._commands = commands
        self._hub = hub
        self._connection: Any = None
        self._unsubscribed: set[bytes] = set()
        """Channels of the present connection that are not acknowledged yet, since it was made."""
        self._ended = Event()
        self._greenlet: gevent.Greenlet | None = None

    def start(self) -> None:
        """Connect and listen in a greenlet."""
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """End."""
        self._ended.set()
        if self._greenlet is not None:
            self._greenlet.kill(block=False)

    def _run(self) -> None:
        wait_s = _RETRY_S[0]
        while not self._ended.is_set():
            try:
                self._connect()
                self._read()
            except (RedisError, OSError, MurmurError) as error:
                log.warning("the Pub/Sub connection was lost: %s", error)
                if self._connection is not None and not self._unsubscribed:
                    wait_s = _RETRY_S[0]
            except Exception:  # a message that the hub failed on is lost: a new connection brings the refill
                log.exception("the Pub/Sub connection is given up")
            finally:
                self._disconnect()
            self._ended.wait(wait_s * random.uniform(0.5, 1.0))
            wait_s = min(_RETRY_S[1], wait_s * 2)

    def _connect(self) -> None:
        self._hub.on_connecting()
        pool = self._make_pool()
        connection = pool.connection_class(**{**pool.connection_kwargs, "protocol": 2, "health_check_interval": 0})
        connection.connect()
        self._connection = connection
        self._unsubscribed = self._commands.attach(connection)
        self._commands.subscribe_all(set(self._unsubscribed))

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        self._commands.detach()
        if connection is not None:
            with contextlib.suppress(RedisError, OSError):
                connection.disconnect()
            self._hub.on_lost()

    def _read(self) -> None:
        connection = self._connection
        pinged = False
        while True:
            try:
                parts = connection.read_response(
                    disable_decoding=True, timeout=PUBSUB_TIMEOUT_S, disconnect_on_error=False
                )
            except RedisTimeoutError:
                if pinged:
                    raise
                pinged = True
                self._commands.ping()
                continue
            pinged = False
            kind = parts[0]
            if kind == b"message":
                self._on_message(parts[1], parts[2])
            elif kind == b"subscribe":
                self._on_subscribed(parts[1])
            elif kind == b"pong" and parts[1] == FENCE:
                self._commands.pass_fence()

    def _on_message(self, channel: bytes, data: bytes) -> None:
        cut = data.find(b"\n", 0, 24)
        try:
            safe = int(data[:cut])
        except ValueError:
            log.warning("a message without its header on %r", channel)
            return
        self._hub.on_message(channel, safe, data[cut + 1 :])

    def _on_subscribed(self, name: bytes) -> None:
        if not self._commands.acknowledge(name):
            return
        self._hub.on_subscribed(name)
        if self._unsubscribed:
            self._unsubscribed.discard(name)
            if not self._unsubscribed:
                self._hub.on_restored()
