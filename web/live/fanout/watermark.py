"""Low watermark of a web process: the sequence number up to which everything published was received here."""

from __future__ import annotations

from gevent.event import Event

from pipeline.publish.publication_order import PublicationOrder
from web.live.fanout.pubsub_commands import PubSubCommands

CATCH_UP_S = 5.0
"""Seconds that `catch_up` waits for the Pub/Sub connection."""


class Watermark:
    """The watermark `safe`, which rises with each message, and the state of the Pub/Sub connection."""

    def __init__(self, order: PublicationOrder, commands: PubSubCommands) -> None:
        self._order = order
        self._commands = commands
        self._begun = False
        self._waiting: set[Event] = set()
        self.safe = 0
        """The low watermark, as the last message received here carried it."""
        self.connected = False
        """Whether every channel is subscribed."""

    def begin(self) -> bool:
        """Start at the published low watermark; return True at the first call, which alone does so.

        Called before the first connection or search: whatever this process will miss has a greater number.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        if not self._begun:
            safe = self._order.safe()
            if not self._begun:  # another greenlet may have begun during the call
                self._begun, self.safe = True, safe
                return True
        return False

    def advance(self, safe: int) -> None:
        """Raise the watermark; a lesser number changes nothing."""
        self.safe = max(self.safe, safe)

    def catch_up(self) -> None:
        """Wait until everything that is published now was received, so that `safe` is as new as Redis's own.

        Returns early where the connection is away, gets lost meanwhile, or does not answer for `CATCH_UP_S`.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        safe, received = self._order.safe(), Event()

        def reached() -> None:
            self.advance(safe)
            received.set()

        if not self.connected:
            return
        self._waiting.add(received)
        try:
            self._commands.fence(reached)
            received.wait(CATCH_UP_S)
        finally:
            self._waiting.discard(received)

    def disconnect(self) -> None:
        """Note that the Pub/Sub connection is lost, and let `catch_up` return."""
        self.connected = False
        for received in self._waiting:
            received.set()
