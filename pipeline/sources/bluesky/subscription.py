"""One Jetstream subscription: opens a connection at a cursor, turns its events into chunks, and reports gaps and lag.

The cursor is the greatest time received (µs), which means about the same on every server. Each resume goes back by
`RESUME_OVERLAP_US`, on another server by `SERVER_CHANGE_REWIND_US`; a post that comes twice is stored once. A server
holds events for a limited time and cuts an older cursor short, silently on the long-standing wire: then the first event
is far later than the cursor, and the time between is reported as a gap. A silent connection counts as dead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator

from pipeline.errors import SourceUnavailable
from pipeline.queue.batch import RawRecord
from pipeline.sources.bluesky.connection import JetstreamConnection, PendingConnection, StreamRefused
from pipeline.sources.bluesky.cursor_text import JetstreamCursor, encode_cursor
from pipeline.sources.bluesky.event_enrichment import AuthorNames
from pipeline.sources.bluesky.event_summary import summarise
from pipeline.sources.bluesky.jetstream_url import host_of, is_newer, subscription_url
from pipeline.sources.bluesky.zstd_dictionaries import Dictionaries, ZstdDictionary
from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.line_splitter import TRUNCATED_BYTES

RESUME_OVERLAP_US = 2_000_000
"""Microseconds before the cursor at which reading resumes on the same server."""
SERVER_CHANGE_REWIND_US = 10_000_000
"""Microseconds before the cursor at which reading resumes on another server."""
MISSED_US = 30_000_000
"""Microseconds: a first event this much later than the cursor means that the server dropped the events between."""
CUT_SHORT = ("OutdatedCursor", "FutureCursor")
"""Notices of the newer wire by which a server reports that it begins later than at the cursor."""
JETSTREAM_SILENCE_S = 45.0
"""Seconds without an event after which a connection counts as dead. The whole network is never silent for 45 s, not
even while a server seeks an old cursor."""
_RECEIVE_TIMEOUT_S = 0.5
BEHIND_S = 15.0
"""Seconds behind the network from which on the state is replaying, not live."""
_EVENT_MAX_BYTES = 2 * 1024 * 1024
"""Bytes of the longest event passed on; a longer one is cut to `TRUNCATED_BYTES` and becomes a dead letter."""


class JetstreamSubscription:
    """One subscription, from the request to the end of its connection. `cursor` is advanced in place."""

    def __init__(
        self,
        url: str,
        cursor: JetstreamCursor,
        context: SourceContext,
        *,
        names: AuthorNames,
        dictionaries: Dictionaries,
        silence_s: float = JETSTREAM_SILENCE_S,
    ) -> None:
        self._url = url
        self._host = host_of(url)
        self._cursor = cursor
        self._context = context
        self._names = names
        self._dictionaries = dictionaries
        self._silence_s = silence_s
        self._requested_us = 0
        self._missed_us = MISSED_US
        self._latest_us = 0
        self._first_us = 0
        self._reported_s = 0.0

    def chunks(self) -> Iterator[Chunk]:
        """Yield the events as chunks until the context stops.

        Raises:
            SourceUnavailable: the connection could not be opened, or is over.
        """
        connection = yield from self._connect()
        if connection is None:
            return
        try:
            yield from self._receive(connection)
        finally:
            connection.close()

    def _connect(self) -> Generator[Chunk, None, JetstreamConnection | None]:
        """Open the stream at the best cursor that the server accepts; return None if the context stops.

        Empty chunks are yielded meanwhile, so that the reader renews its lease.
        """
        attempts = self._cursors()
        while True:
            self._requested_us = _time_of(attempts[0], self._cursor)
            pending = PendingConnection(self._address(attempts[0]), lambda: self._dictionaries.of(self._url))
            try:
                connection = yield from self._await(pending)
            except StreamRefused as error:
                if error.status != 400:
                    raise
                if "UnknownZstdDictionary" in str(error):
                    self._dictionaries.forget(self._url)
                    continue
                if attempts[0] is None:
                    raise
                attempts.pop(0)  # CursorTooOld, or a cursor that this server does not accept
                continue
            if attempts[0] is None and self._cursor.time_us:
                # The server accepted no cursor of ours: everything since then is missing.
                self._requested_us, self._missed_us = self._cursor.time_us, 0
            return connection

    def _await(self, pending: PendingConnection) -> Generator[Chunk, None, JetstreamConnection | None]:
        yielded_s = time.monotonic()
        connection = pending.result()
        while connection is None:
            if self._context.wait(0.05):
                pending.abandon()
                return None
            if time.monotonic() - yielded_s > _RECEIVE_TIMEOUT_S:
                yielded_s = time.monotonic()
                yield Chunk([])
            connection = pending.result()
        return connection

    def _address(self, cursor: int | None) -> Callable[[ZstdDictionary | None], str]:
        reactions = self._names.reactions.has_api
        return lambda known: subscription_url(
            self._url, cursor, known.number if known is not None else 0, reactions=reactions
        )

    def _cursors(self) -> list[int | None]:
        """Return the cursors to request, best first: the server's own number, the time, none (begin now)."""
        cursor = self._cursor
        if not cursor.time_us:
            return [None]
        same = cursor.host == self._host
        back_us = RESUME_OVERLAP_US if same else SERVER_CHANGE_REWIND_US
        time_us = min(cursor.time_us, _now_us()) - back_us
        numbers = [cursor.seq] if same and cursor.seq and is_newer(self._url) else []
        return [*numbers, time_us, None]

    def _receive(self, connection: JetstreamConnection) -> Iterator[Chunk]:
        received_s = time.monotonic()
        while not self._context.stopped():
            events = connection.receive(self._context.patience(_RECEIVE_TIMEOUT_S))
            now_s = time.monotonic()
            if events:
                received_s = now_s
            elif now_s - received_s > self._silence_s:
                raise SourceUnavailable(f"silent for {self._silence_s:.0f} s")
            records = self._records(events)
            records += self._names.late()
            records += self._names.counted()
            self._report(now_s)
            yield Chunk(records, encode_cursor(self._cursor) if self._cursor.time_us else None)

    def _records(self, events: list[bytes]) -> list[RawRecord]:
        received_at = int(time.time() * 1000)
        records = []
        for data in events:
            if len(data) > _EVENT_MAX_BYTES:
                records.append(RawRecord(received_at, data[:TRUNCATED_BYTES]))  # the worker makes it a dead letter
                continue
            summary = summarise(data)
            if summary is None:
                records.append(RawRecord(received_at, data))
                continue
            if summary.kind == "error":
                raise SourceUnavailable(summary.detail)
            if summary.kind == "info" and summary.detail.startswith(CUT_SHORT):
                self._missed_us = 0  # the server states that it begins later than requested: any delay is a gap
            self._advance(summary.time_us, summary.seq)
            named = self._names.named(summary, data)
            if named is not None:
                records.append(RawRecord(received_at, named))
        return records

    def _advance(self, time_us: int, seq: int) -> None:
        """Advance the cursor to an event's time, at most to our own clock.

        A server whose clock is ahead is then read twice; events of the other servers are never skipped.
        """
        if time_us <= 0:
            return
        if not self._first_us:
            self._first_us = time_us
            self._report_gap()
            self._cursor.seq = 0
        self._latest_us = max(self._latest_us, min(time_us, _now_us()))
        self._cursor.time_us, self._cursor.host = self._latest_us, self._host
        self._cursor.seq = max(self._cursor.seq, seq)

    def _report_gap(self) -> None:
        """Report the time between the requested cursor and the first event, if the server dropped events there."""
        if self._requested_us and self._first_us - self._requested_us > self._missed_us:
            why = f"{self._host} no longer holds what was written then"
            self._context.gap(self._requested_us // 1000, self._first_us // 1000, why)

    def _report(self, now_s: float) -> None:
        """Report once a second how far the stream lags behind the network."""
        if not self._latest_us or now_s - self._reported_s < 1.0:
            return
        self._reported_s = now_s
        lag_s = max(0.0, (_now_us() - self._latest_us) / 1e6)
        self._context.report("replaying" if lag_s > BEHIND_S else "live", self._host, lag_s=round(lag_s, 1))


def _time_of(requested: int | None, cursor: JetstreamCursor) -> int:
    """Return the time (µs) that a requested cursor stands for, 0 for none."""
    if requested is None:
        return 0
    return cursor.time_us if requested == cursor.seq else requested


def _now_us() -> int:
    return int(time.time() * 1_000_000)
