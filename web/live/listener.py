"""Redis to hub: one Pub/Sub connection a process. It splits a message's `safe` from its bytes and never parses a post.

What is lost while the connection is away is not this module's affair: it tells when the line was lost and when every
channel is subscribed again, and the hub refills from the store (docs/delivery.md, "In the web process").
"""

from __future__ import annotations

import contextlib
import logging
import random
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import gevent
from gevent.event import Event
from gevent.lock import BoundedSemaphore
from redis import ConnectionPool
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from pipeline.errors import MurmurError

log = logging.getLogger("web.live.listener")

SILENCE_S = 5.0
"""Upkeep ticks every second; after so long without a byte the server is asked for a sign of life, and as long again
later the line is given up."""
_RETRY_S = (0.05, 2.0)
_CHUNK = 500
_FENCE = b"fence"


class Hearer(Protocol):
    """Who hears."""

    def on_connecting(self) -> None:
        """A connection is about to be made. May block, and raise ours."""

    def on_message(self, channel: bytes, safe: int, body: bytes) -> None:
        """Take a message; must not block."""

    def on_subscribed(self, channel: bytes) -> None:
        """The subscription of a channel was acknowledged on this connection."""

    def on_lost(self) -> None:
        """The connection is gone, and whatever is published until `on_subscribed` of a channel with it."""

    def on_restored(self) -> None:
        """Every channel that was wanted when the connection was made is subscribed."""


class Listener:
    """The Pub/Sub connection. `want` and `leave` may be called at any time, connected or not."""

    def __init__(self, make_pool: Callable[[], ConnectionPool], hearer: Hearer, always: str) -> None:
        self._make_pool = make_pool
        self._hearer = hearer
        self._wanted: set[bytes] = {always.encode()}
        self._asked: dict[bytes, int] = {}
        self._initial: set[bytes] = set()
        self._connection: Any = None
        self._send_lock = BoundedSemaphore(1)
        self._commands: list[tuple[bytes, bytes]] = []
        self._fences: deque[Callable[[], None]] = deque()
        self._ended = Event()
        self._greenlet: gevent.Greenlet | None = None
        self.connects = 0

    def start(self) -> None:
        """Begin to listen, and keep at it."""
        self._greenlet = gevent.spawn(self._run)

    def stop(self) -> None:
        """End."""
        self._ended.set()
        if self._greenlet is not None:
            self._greenlet.kill(block=False)

    def want(self, channel: str) -> None:
        """Subscribe a channel; `on_subscribed` tells when."""
        name = channel.encode()
        self._wanted.add(name)
        self._queue(b"SUBSCRIBE", name)

    def leave(self, channel: str) -> None:
        """Unsubscribe a channel."""
        name = channel.encode()
        self._wanted.discard(name)
        self._queue(b"UNSUBSCRIBE", name)

    def fence(self, reached: Callable[[], None]) -> None:
        """Call `reached` once everything published before this call was heard; never, if the line is lost before."""
        gevent.spawn(self._fence, reached)

    def _fence(self, reached: Callable[[], None]) -> None:
        with contextlib.suppress(RedisError, OSError), self._send_lock:
            if self._connection is not None:
                self._fences.append(reached)
                self._connection.send_command("PING", _FENCE, check_health=False)

    def _queue(self, verb: bytes, name: bytes) -> None:
        self._commands.append((verb, name))
        if len(self._commands) == 1:
            gevent.spawn(self._flush)

    def _flush(self) -> None:
        """Send what was asked for in this turn of the loop, in order, runs of one verb as one command."""
        commands, self._commands = self._commands, []
        if self._connection is None:
            return  # the next connection subscribes whatever is wanted then
        runs: list[tuple[bytes, list[bytes]]] = []
        for verb, name in commands:
            if not runs or runs[-1][0] != verb or len(runs[-1][1]) >= _CHUNK:
                runs.append((verb, []))
            runs[-1][1].append(name)
        with contextlib.suppress(RedisError, OSError):  # the reading side notices and reconnects
            for verb, names in runs:
                self._send(verb, names)

    def _send(self, verb: bytes, names: list[bytes]) -> None:
        with self._send_lock:
            connection = self._connection
            if connection is None:
                return
            if verb == b"SUBSCRIBE":
                for name in names:
                    self._asked[name] = self._asked.get(name, 0) + 1
            connection.send_command(verb.decode(), *names, check_health=False)

    def _run(self) -> None:
        wait_s = _RETRY_S[0]
        while not self._ended.is_set():
            try:
                self._connect()
                self._read()
            except (RedisError, OSError, MurmurError) as error:
                log.warning("the Pub/Sub connection was lost: %s", error)
                if self._connection is not None and not self._initial:
                    wait_s = _RETRY_S[0]
            except Exception:  # a message that was not taken counts as lost: a new line brings the refill
                log.exception("the Pub/Sub connection is given up")
            finally:
                self._disconnect()
            self._ended.wait(wait_s * random.uniform(0.5, 1.0))
            wait_s = min(_RETRY_S[1], wait_s * 2)

    def _connect(self) -> None:
        self._hearer.on_connecting()
        pool = self._make_pool()
        connection = pool.connection_class(**{**pool.connection_kwargs, "protocol": 2, "health_check_interval": 0})
        connection.connect()
        self._connection = connection
        self.connects += 1
        self._asked.clear()
        self._commands.clear()
        self._fences.clear()
        names = list(self._wanted)
        self._initial = set(names)
        for at in range(0, len(names), _CHUNK):
            self._send(b"SUBSCRIBE", names[at : at + _CHUNK])

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(RedisError, OSError):
                connection.disconnect()
            self._hearer.on_lost()

    def _read(self) -> None:
        connection, hearer = self._connection, self._hearer
        asked_for_life = False
        while True:
            try:
                parts = connection.read_response(disable_decoding=True, timeout=SILENCE_S, disconnect_on_error=False)
            except RedisTimeoutError:
                if asked_for_life:
                    raise
                asked_for_life = True
                with self._send_lock:
                    connection.send_command("PING", check_health=False)
                continue
            asked_for_life = False
            kind = parts[0]
            if kind == b"message":
                data = parts[2]
                cut = data.find(b"\n", 0, 24)
                try:
                    safe = int(data[:cut])
                except ValueError:
                    log.warning("a message without its header on %r", parts[1])
                    continue
                hearer.on_message(parts[1], safe, data[cut + 1 :])
            elif kind == b"subscribe":
                self._acknowledged(parts[1])
            elif kind == b"pong" and parts[1] == _FENCE:
                self._fences.popleft()()

    def _acknowledged(self, name: bytes) -> None:
        left = self._asked.get(name, 1) - 1
        if left > 0:
            self._asked[name] = left
            return
        self._asked.pop(name, None)
        self._hearer.on_subscribed(name)
        if self._initial:
            self._initial.discard(name)
            if not self._initial:
                self._hearer.on_restored()
