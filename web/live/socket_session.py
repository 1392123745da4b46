"""Socket session: decodes a socket's messages and handles them in order, one at a time, within a rate limit.

It subscribes, unsubscribes and follows decks; a message out of bounds gets an error, text that is no message or too
many messages close the socket, and reading pauses while `INBOX_MAX` messages wait.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable

import gevent

from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.tree import Query
from web.live.clients.socket_client import SocketClient
from web.live.fanout.hub import Hub
from web.live.session import Session
from web.protocol.client_messages import Follow, OutOfBounds, Subscribe, Unfollow, decode
from web.protocol.close_codes import CLOSES
from web.protocol.frames import frame
from web.protocol.server_messages import Error, Fault
from web.store_pool import StorePool

log = logging.getLogger("web.live.session")

BURST_S = 5
"""Seconds of the rate limit that a client may use up at once."""
INBOX_MAX = 16
"""Messages that wait before the socket is read no further."""


class SocketSession(Session):
    """A session whose client sends messages: handled in order, one at a time, and limited in rate.

    Args:
        messages_per_s: messages that a client may send a second, over `BURST_S`.
    """

    __slots__ = ("_busy", "_counted_at", "_inbox", "_messages_per_s", "_socket", "_tokens")

    def __init__(
        self,
        client: SocketClient,
        hub: Hub,
        order: PublicationOrder,
        store_pool: StorePool,
        parse: Callable[[str], Query],
        *,
        searches_max: int,
        messages_per_s: int,
    ) -> None:
        super().__init__(client, hub, order, store_pool, parse, searches_max=searches_max)
        self._socket = client
        self._inbox: deque[bytes] | None = None
        self._busy = False
        self._messages_per_s = messages_per_s
        self._tokens = float(messages_per_s * BURST_S)
        self._counted_at = time.monotonic()

    def on_message(self, text: bytes) -> None:
        """Take a message; a client that sends too many is closed."""
        now = time.monotonic()
        rate = self._messages_per_s
        self._tokens = min(rate * BURST_S, self._tokens + (now - self._counted_at) * rate) - 1
        self._counted_at = now
        if self._tokens < 0:
            self._socket.close(CLOSES["too_many_messages"])
            return
        if self._inbox is None:
            self._inbox = deque()
        self._inbox.append(text)
        if len(self._inbox) >= INBOX_MAX:
            self._socket.pause()
        if not self._busy:
            self._busy = True
            gevent.spawn(self._work)

    def _work(self) -> None:
        try:
            while self._inbox and not self._socket.ended:
                self._handle(self._inbox.popleft())
        except Exception:
            log.exception("a message of a client failed")
            self._socket.close(CLOSES["internal"])
        finally:
            self._busy = False
            self._inbox = None
            self._socket.resume()

    def _handle(self, text: bytes) -> None:
        try:
            message = decode(text)
        except OutOfBounds as error:
            self._socket.send(frame(Error(Fault("bad_request", str(error)), error.id)), always=True)
            return
        except ValueError as error:
            log.info("a client sent what is no message: %s", error)
            self._socket.close(CLOSES["bad_message"])
            return
        if isinstance(message, Subscribe):
            self.subscribe(message)
        elif isinstance(message, Follow):
            self.follow(message.deck)
        elif isinstance(message, Unfollow):
            self.unfollow(message.deck)
        else:
            self.unsubscribe(message.id)
