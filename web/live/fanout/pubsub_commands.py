"""Commands on the Pub/Sub connection: SUBSCRIBE, UNSUBSCRIBE, and a PING that marks a point in the stream (a fence)."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore
from redis.exceptions import RedisError

CHANNELS_PER_COMMAND = 500
FENCE = b"fence"
"""Payload of the PING of a fence."""


class PubSubCommands:
    """The sending side of the connection, and the channels it wants.

    Every method may be called at any time, connected or not: a new connection subscribes all wanted channels.

    Args:
        always: a channel that is always subscribed.
    """

    def __init__(self, always: str) -> None:
        self._wanted: set[bytes] = {always.encode()}
        self._unacknowledged: dict[bytes, int] = {}
        self._connection: Any = None
        self._lock = BoundedSemaphore(1)
        self._queue: list[tuple[bytes, bytes]] = []
        self._fences: deque[Callable[[], None]] = deque()

    # -- for the fan-out
    def subscribe(self, channel: str) -> None:
        """Subscribe a channel; the listener reports the acknowledgement."""
        name = channel.encode()
        self._wanted.add(name)
        self._enqueue(b"SUBSCRIBE", name)

    def unsubscribe(self, channel: str) -> None:
        """Unsubscribe a channel."""
        name = channel.encode()
        self._wanted.discard(name)
        self._enqueue(b"UNSUBSCRIBE", name)

    def fence(self, reached: Callable[[], None]) -> None:
        """Call `reached` once every message published before this call was received.

        A connection that is lost before that never calls it.
        """
        gevent.spawn(self._send_fence, reached)

    # -- for the listener
    def attach(self, connection: Any) -> set[bytes]:
        """Use a new connection and return the channels that `subscribe_all` must subscribe on it."""
        self._connection = connection
        self._unacknowledged.clear()
        self._queue.clear()
        self._fences.clear()
        return set(self._wanted)

    def subscribe_all(self, channels: set[bytes]) -> None:
        """Subscribe channels on a new connection."""
        names = list(channels)
        for at in range(0, len(names), CHANNELS_PER_COMMAND):
            self._send(b"SUBSCRIBE", names[at : at + CHANNELS_PER_COMMAND])

    def detach(self) -> None:
        """Use no connection."""
        self._connection = None

    def ping(self) -> None:
        """Send a PING."""
        with self._lock:
            self._connection.send_command("PING", check_health=False)

    def acknowledge(self, name: bytes) -> bool:
        """Count the acknowledgement of a SUBSCRIBE; return whether it is the channel's last outstanding one."""
        left = self._unacknowledged.get(name, 1) - 1
        if left > 0:
            self._unacknowledged[name] = left
            return False
        self._unacknowledged.pop(name, None)
        return True

    def pass_fence(self) -> None:
        """Call the function of the oldest fence, whose PING was answered."""
        self._fences.popleft()()

    def _send_fence(self, reached: Callable[[], None]) -> None:
        with contextlib.suppress(RedisError, OSError), self._lock:
            if self._connection is not None:
                self._fences.append(reached)
                self._connection.send_command("PING", FENCE, check_health=False)

    def _enqueue(self, verb: bytes, name: bytes) -> None:
        self._queue.append((verb, name))
        if len(self._queue) == 1:
            gevent.spawn(self._flush)

    def _flush(self) -> None:
        """Send the queued commands of this turn of the loop in order, each run of one verb as one command."""
        queue, self._queue = self._queue, []
        if self._connection is None:
            return
        runs: list[tuple[bytes, list[bytes]]] = []
        for verb, name in queue:
            if not runs or runs[-1][0] != verb or len(runs[-1][1]) >= CHANNELS_PER_COMMAND:
                runs.append((verb, []))
            runs[-1][1].append(name)
        with contextlib.suppress(RedisError, OSError):  # the listener notices and reconnects
            for verb, names in runs:
                self._send(verb, names)

    def _send(self, verb: bytes, names: list[bytes]) -> None:
        with self._lock:
            connection = self._connection
            if connection is None:
                return
            if verb == b"SUBSCRIBE":
                for name in names:
                    self._unacknowledged[name] = self._unacknowledged.get(name, 0) + 1
            connection.send_command(verb.decode(), *names, check_health=False)
