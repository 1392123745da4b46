"""Session with one Jetstream server: opens its streams, turns their events into chunks, and moves the cursor.

The cursor moves by the stream that leads, and only forwards; another stream's events are passed on without moving it.
While the leader still replays an unnumbered stream, the cursor is marked as passing (see `join.py`). A post that comes
twice is stored once.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Protocol

from pipeline.errors import SourceUnavailable
from pipeline.queue.batch import RawRecord
from pipeline.sources.bluesky.connection import JetstreamConnection, PendingConnection, StreamRefused
from pipeline.sources.bluesky.cursor_text import JetstreamCursor, encode_cursor
from pipeline.sources.bluesky.event_enrichment import AuthorNames
from pipeline.sources.bluesky.event_summary import summarise
from pipeline.sources.bluesky.jetstream_url import host_of, subscription_url
from pipeline.sources.bluesky.joining.event_stream import BEHIND_S, EventStream, Request
from pipeline.sources.bluesky.joining.server_clock import SystemClock
from pipeline.sources.bluesky.joining.wires import Wires
from pipeline.sources.bluesky.zstd_dictionaries import Dictionaries, ZstdDictionary
from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.line_splitter import TRUNCATED_BYTES

RECEIVE_TIMEOUT_S = 0.5
BESIDE_TIMEOUT_S = 0.05
"""Seconds to wait for one of several streams."""
PASSING_US = 30_000_000
"""Microseconds before the newest event of a replay up to which it is complete, wherever it meets the present."""
SLEPT_S = 30.0
"""Seconds by which the time of day may run ahead of the monotonic clock; more, and the machine has slept."""
EVENT_MAX_BYTES = 2 * 1024 * 1024
"""Bytes of the longest event passed on; a longer one is cut to `TRUNCATED_BYTES` and becomes a dead letter."""


class Opening(Protocol):
    """A connection that is being opened (`connection.PendingConnection`)."""

    def result(self) -> JetstreamConnection | None:
        """Return the connection once it is open, None until then."""
        ...

    def abandon(self) -> None:
        """Close the connection, now or once it is open."""
        ...


OpenConnection = Callable[
    [Callable[[ZstdDictionary | None], str], Callable[[], ZstdDictionary | None]],
    Opening,
]
"""Opens an address, which it asks for with the dictionary that it asks for; `PendingConnection` does."""


class MachineSlept(SourceUnavailable):
    """Raised when the machine has slept: the connection may be dead without a sign, so it is opened anew."""


class JetstreamServices:
    """Parts that the sessions of one source share: wires, dictionaries, profiles, clock, opener of connections."""

    def __init__(
        self, names: AuthorNames, clock: SystemClock | None = None, connect: OpenConnection = PendingConnection
    ) -> None:
        self.names = names
        self.clock = clock or SystemClock()
        self.connect = connect
        self.wires = Wires(self.clock)
        self.dictionaries = Dictionaries()


class JetstreamSession:
    """One server being read, perhaps by several streams at once. `cursor` is moved in place.

    `leader` is the stream that moves it. `listening`: only the present is read yet, and the past is still to come.
    """

    def __init__(
        self, url: str, cursor: JetstreamCursor, context: SourceContext, services: JetstreamServices, silence_s: float
    ) -> None:
        self.url = url
        self.host = host_of(url)
        self.cursor = cursor
        self.context = context
        self.clock = services.clock
        self.leader: EventStream | None = None
        self.listening = False
        self._services = services
        self._silence_s = silence_s
        self._open: list[EventStream] = []
        self._reported_s: float | None = None
        self._awake_s = self._ahead_s()

    def open(self, request: Request) -> Generator[Chunk, None, EventStream | None]:
        """Open a stream; return None if the context stops. Empty chunks keep the reader's lease meanwhile.

        Raises:
            StreamRefused: the server refuses the request on every wire that it serves.
            SourceUnavailable: the server cannot be reached.
        """
        wires, dictionaries = self._services.wires, self._services.dictionaries
        while True:
            address = wires.address(self.url)
            pending = self._services.connect(
                self._addresses(address, request.cursor), _dictionary(dictionaries, address)
            )
            try:
                connection = yield from self._await(pending)
            except StreamRefused as error:
                if error.status == 400 and "UnknownZstdDictionary" in str(error):
                    dictionaries.forget(address)
                    continue
                if error.status == 400 and request.cursor is not None:
                    raise
                if wires.refused(self.url, address, error):
                    continue
                raise
            if connection is None:
                return None
            stream = EventStream(connection, request, self.clock)
            self._open.append(stream)
            return stream

    def _await(self, pending: Opening) -> Generator[Chunk, None, JetstreamConnection | None]:
        while (connection := pending.result()) is None:
            if self.context.wait(BESIDE_TIMEOUT_S):
                pending.abandon()
                return None
            if self._open:
                yield self.pump(*self._open)
            else:
                yield Chunk([])
        return connection

    def _addresses(self, address: str, cursor: int | None) -> Callable[[ZstdDictionary | None], str]:
        reactions = self._services.names.reactions.has_api
        return lambda known: subscription_url(
            address, cursor, known.number if known is not None else 0, reactions=reactions
        )

    def close(self, *streams: EventStream) -> None:
        """Close streams; without any, all of them."""
        for stream in streams or tuple(self._open):
            self._open.remove(stream)
            stream.close()

    def pump(self, *streams: EventStream) -> Chunk:
        """Return the next events of streams as a chunk, after waiting for the first a moment.

        Raises:
            SourceUnavailable: a connection is over or silent, the server says that it ends, or the machine has slept.
        """
        wait_s = self.context.patience(RECEIVE_TIMEOUT_S if len(streams) == 1 else BESIDE_TIMEOUT_S)
        records: list[RawRecord] = []
        for stream in streams:
            records += self._records(stream, stream.receive(wait_s, self._silence_s))
            wait_s = 0.0
        if self._ahead_s() - self._awake_s > SLEPT_S:
            raise MachineSlept("the machine has slept, reading goes on at the cursor")
        self._move()
        records += self._services.names.late()
        records += self._services.names.counted()
        self._report(streams[0])
        return Chunk(records, encode_cursor(self.cursor) if self.cursor.time_us else None)

    def lead(self, stream: EventStream) -> None:
        """Let a stream move the cursor from now on."""
        self.leader = stream
        self._move()

    def gap(self, since_us: int, stream: EventStream, live: EventStream) -> None:
        """Report that the server holds nothing from a time (the network's) until the first event of a stream.

        What it heard before that event was written earlier, and how much earlier differs; by its clock, which its live
        stream shows, nothing is heard before it is written.
        """
        soonest_us = min(stream.server.shortest_us(), live.server.shortest_us())
        if live.server.usual_us():
            soonest_us = min(soonest_us, live.newest_us - self.clock.now_us())
        until_us = min(stream.first_us - soonest_us, self.clock.now_us())
        if until_us > since_us:
            self.context.gap(since_us // 1000, until_us // 1000, f"{self.host} no longer holds what was written then")

    def _records(self, stream: EventStream, events: list[bytes]) -> list[RawRecord]:
        received_at = self.clock.now_us() // 1000
        records = []
        for data in events:
            if len(data) > EVENT_MAX_BYTES:
                records.append(RawRecord(received_at, data[:TRUNCATED_BYTES]))  # the worker makes it a dead letter
                continue
            summary = summarise(data)
            if summary is None:
                records.append(RawRecord(received_at, data))
                continue
            if summary.kind == "error":
                raise SourceUnavailable(summary.detail)
            if stream.note(summary):
                named = self._services.names.named(summary, data)
                if named is not None:
                    records.append(RawRecord(received_at, named))
        return records

    def _move(self) -> None:
        """Move the cursor to the leader's newest event, once that is as far as the cursor was.

        The place is the network's time, at most our own clock's: a server's error or delay never skips what another
        server heard meanwhile, and the place never goes back.
        """
        leader, cursor = self.leader, self.cursor
        if (
            leader is None
            or not leader.newest_us
            or leader.newest_us < max(leader.request.need_us, leader.request.seen_us)
        ):
            return
        passing = leader.may_leave_out
        if not cursor.time_us:  # reading has begun here, whatever the server's delay is
            cursor.time_us = min(leader.first_us, self.clock.now_us())
        if not leader.server.is_sure(self.clock.monotonic_s()) or (passing and not leader.catching_up):
            return
        place_us = min(leader.newest_us - leader.server.longest_us(), self.clock.now_us())
        cursor.time_us = max(cursor.time_us, place_us - (PASSING_US if passing else 0))
        cursor.host, cursor.at_us, cursor.seq = self.host, leader.newest_us, leader.newest_seq
        cursor.passing, cursor.stepped = passing, False

    def _report(self, stream: EventStream) -> None:
        """Report once a second whether the stream is live, and how far behind the network."""
        now_s = self.clock.monotonic_s()
        if self._reported_s is not None and now_s - self._reported_s < 1.0:
            return
        lag_s = stream.lag_s()
        if self.listening:
            lag_s = max(0.0, (self.clock.now_us() - self.cursor.time_us) / 1e6)  # the past is not asked for yet
        if lag_s is None and stream.catching_up:
            return
        self._reported_s = now_s
        replaying = (stream.catching_up or self.listening) and lag_s is not None and lag_s > BEHIND_S
        state = "replaying" if replaying else "live"
        self.context.report(state, self.host, lag_s=round(lag_s, 1) if lag_s is not None else None)

    def _ahead_s(self) -> float:
        """Return the time of day less the monotonic clock: it grows by as much as the machine sleeps."""
        return self.clock.now_us() / 1e6 - self.clock.monotonic_s()


def _dictionary(dictionaries: Dictionaries, address: str) -> Callable[[], ZstdDictionary | None]:
    return lambda: dictionaries.of(address)
