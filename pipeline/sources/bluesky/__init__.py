"""Bluesky's posts as they are written, by Jetstream; one of several servers at a time, the next when it fails.

`websockets` (its sync client) and msgspec, not the SDK's `atproto_jetstream`: the SDK brings pydantic, httpx and
cryptography for a stream that needs one decoder, builds an object of every event that we pass on as bytes, and neither
ends within a second nor says that a cursor was cut short. The WebSocket library is kept, tested against the standard's
suite, bounds messages and queues, and follows redirects.

What holds: the cursor is the greatest time the server told (µs), so it means about the same on every server; each
resume goes back `OVERLAP_US`, another server `REWIND_US` (what comes twice is stored once). A cursor older than what a
server holds is cut short there, silently by the long-standing wire: then the first event is far later than the cursor,
and the time between is a gap that is told. This module opens one connection a `read`; retries are the reader's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator

import msgspec

from pipeline.errors import SourceUnavailable
from pipeline.queue.batch import RawRecord
from pipeline.sources.bluesky.connection import (
    Connection,
    Dictionary,
    MessageTooBig,
    Opening,
    Refused,
    dictionary,
)
from pipeline.sources.bluesky.naming import Naming
from pipeline.sources.bluesky.profiles import Profiles
from pipeline.sources.bluesky.reactions import Reactions
from pipeline.sources.bluesky.wire import Place, decode_place, host_of, is_newer, sight, subscription
from pipeline.sources.contract import Chunk, SourceContext

PUBLIC = (
    "wss://jetstream2.us-east.bsky.network/subscribe",
    "wss://jetstream1.us-west.bsky.network/subscribe",
    "wss://jetstream.us-east.bsky.network/subscribe",
    "wss://jetstream.us-west.bsky.network/subscribe",
    "wss://jetstream1.us-east.bsky.network/subscribe",
    "wss://jetstream2.us-west.bsky.network/subscribe",
)
"""Bluesky's own servers, of both makes, by the wire that both keep as it is."""
PUBLIC_API = "https://public.api.bsky.app"

OVERLAP_US = 2_000_000
REWIND_US = 10_000_000
MISSED_US = 30_000_000
"""A first event so much later than the cursor means that the server has thrown away what was between."""
CUT_SHORT = ("OutdatedCursor", "FutureCursor")
SILENCE_S = 45.0
"""The whole network is never silent for so long, not even while a server seeks an old cursor."""
RECEIVE_S = 0.5
BEHIND_S = 15.0
LONGEST_REFUSAL_S = 300.0
STEP_OVER_US = 1_000_000
KEPT_OF_TOO_LONG = 64 * 1024
LONGEST_KEPT = 2 * 1024 * 1024


class BlueskySource:
    """Posts of Bluesky, their withdrawals and what becomes of accounts."""

    name = "bluesky"
    generated = False
    resumes = True
    patient = True

    def __init__(
        self,
        urls: tuple[str, ...] = (),
        api: str = PUBLIC_API,
        *,
        counts: bool = False,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._urls = urls or PUBLIC
        self._turn = 0
        self._silence_s = silence_s
        self._naming = Naming(Profiles(api), Reactions(api if counts else ""))
        self._dictionaries: dict[str, Dictionary | None] = {}

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield events of one connection from the cursor on; see the contract.

        Raises:
            SourceUnavailable: the connection could not be opened or is over; the next call asks the next server.
        """
        place = decode_place(cursor)
        url = self._urls[self._turn % len(self._urls)]
        self._naming.start()
        try:
            yield from _Session(url, place, self, context).events()
        except MessageTooBig:
            since_ms = place.time_us // 1000
            if place.time_us:
                place.time_us += STEP_OVER_US + OVERLAP_US
                place.seq = 0
                context.gap(since_ms, place.time_us // 1000, f"{host_of(url)} sent a message that is too large to take")
                yield Chunk([], _encode(place))
            raise
        except Refused as error:
            self._turn += 1
            if error.retry_after_s and self._turn % len(self._urls) == 0:
                # Every server has been asked once; the last one said how long it wants to be left alone.
                context.report("reconnecting", f"{host_of(url)}: {error}")
                context.wait(min(error.retry_after_s, LONGEST_REFUSAL_S))
            raise SourceUnavailable(f"{host_of(url)}: {error}") from error
        except SourceUnavailable as error:
            self._turn += 1
            raise SourceUnavailable(f"{host_of(url)}: {error}") from error
        finally:
            self._naming.stop()

    @property
    def silence_s(self) -> float:
        """How long a connection may be silent."""
        return self._silence_s

    @property
    def naming(self) -> Naming:
        """Who knows the authors."""
        return self._naming

    def dictionary(self, url: str) -> Dictionary | None:
        """Return what a server's events may be compressed with, asked for once; None: they come plain."""
        if not is_newer(url):
            return None  # the long-standing wire compresses with a dictionary that its server does not give away
        if url not in self._dictionaries:
            self._dictionaries[url] = dictionary(url)
        return self._dictionaries[url]

    def forget_dictionary(self, url: str) -> None:
        """Ask without compression from now on: the server does not know its dictionary any more."""
        self._dictionaries[url] = None


class _Session:
    """One connection: from asking for it to its end."""

    def __init__(self, url: str, place: Place, source: BlueskySource, context: SourceContext) -> None:
        self._url = url
        self._host = host_of(url)
        self._place = place
        self._source = source
        self._context = context
        self._asked_us = 0
        self._missed_us = MISSED_US
        self._latest_us = 0
        self._first_us = 0
        self._told_s = 0.0

    def events(self) -> Iterator[Chunk]:
        connection = yield from self._open()
        if connection is None:
            return
        try:
            yield from self._receive(connection)
        finally:
            connection.close()

    def _open(self) -> Generator[Chunk, None, Connection | None]:
        """Open the stream, giving empty chunks meanwhile; return it, None if told to stop."""
        attempts: list[int | None] = self._cursors()
        while True:
            self._asked_us = _time_of(attempts[0], self._place)
            opening = Opening(self._address(attempts[0]), lambda: self._source.dictionary(self._url))
            try:
                connection = yield from self._opened(opening)
            except Refused as error:
                if error.status != 400:
                    raise
                if "UnknownZstdDictionary" in str(error):
                    self._source.forget_dictionary(self._url)
                    continue
                if attempts[0] is None:
                    raise
                attempts.pop(0)  # CursorTooOld, or a cursor this server cannot take
                continue
            if attempts[0] is None and self._place.time_us:
                # No cursor of ours was taken: all since then is missing.
                self._asked_us, self._missed_us = self._place.time_us, 0
            return connection

    def _opened(self, opening: Opening) -> Generator[Chunk, None, Connection | None]:
        told_s = time.monotonic()
        connection = opening.result()
        while connection is None:
            if self._context.wait(0.05):
                opening.abandon()
                return None
            if time.monotonic() - told_s > RECEIVE_S:
                told_s = time.monotonic()
                yield Chunk([])
            connection = opening.result()
        return connection

    def _address(self, cursor: int | None) -> Callable[[Dictionary | None], str]:
        reactions = self._source.naming.reactions.asks
        return lambda known: subscription(
            self._url, cursor, known.number if known is not None else 0, reactions=reactions
        )

    def _cursors(self) -> list[int | None]:
        """Return where to ask for, the best first: its own number, the time, and as it comes."""
        place = self._place
        if not place.time_us:
            return [None]
        same = place.host == self._host
        back_us = OVERLAP_US if same else REWIND_US
        time_us = min(place.time_us, _now_us()) - back_us
        numbers = [place.seq] if same and place.seq and is_newer(self._url) else []
        return [*numbers, time_us, None]

    def _receive(self, connection: Connection) -> Iterator[Chunk]:
        heard_s = time.monotonic()
        while not self._context.stopped():
            events = connection.receive(self._context.patience(RECEIVE_S))
            now_s = time.monotonic()
            if events:
                heard_s = now_s
            elif now_s - heard_s > self._source.silence_s:
                raise SourceUnavailable(f"silent for {self._source.silence_s:.0f} s")
            records = self._records(events)
            records += self._source.naming.late()
            records += self._source.naming.counted()
            self._report(now_s)
            yield Chunk(records, _encode(self._place) if self._place.time_us else None)

    def _records(self, events: list[bytes]) -> list[RawRecord]:
        received_at = int(time.time() * 1000)
        records = []
        for data in events:
            if len(data) > LONGEST_KEPT:
                records.append(RawRecord(received_at, data[:KEPT_OF_TOO_LONG]))  # set aside by whoever reads it
                continue
            seen = sight(data)
            if seen is None:
                records.append(RawRecord(received_at, data))
                continue
            if seen.kind == "error":
                raise SourceUnavailable(seen.detail)
            if seen.kind == "info" and seen.detail.startswith(CUT_SHORT):
                self._missed_us = 0  # the server says itself that it begins later than it was asked to
            self._advance(seen.time_us, seen.seq)
            named = self._source.naming.named(seen, data)
            if named is not None:
                records.append(RawRecord(received_at, named))
        return records

    def _advance(self, time_us: int, seq: int) -> None:
        """Move on to an event's time, never beyond our own clock: a server that is ahead is read again, not skipped."""
        if time_us <= 0:
            return
        if not self._first_us:
            self._first_us = time_us
            self._look_for_a_gap()
            self._place.seq = 0
        self._latest_us = max(self._latest_us, min(time_us, _now_us()))
        self._place.time_us, self._place.host = self._latest_us, self._host
        self._place.seq = max(self._place.seq, seq)

    def _look_for_a_gap(self) -> None:
        if self._asked_us and self._first_us - self._asked_us > self._missed_us:
            why = f"{self._host} no longer holds what was written then"
            self._context.gap(self._asked_us // 1000, self._first_us // 1000, why)

    def _report(self, now_s: float) -> None:
        """Say once a second how far behind the network we are."""
        if not self._latest_us or now_s - self._told_s < 1.0:
            return
        self._told_s = now_s
        lag_s = max(0.0, (_now_us() - self._latest_us) / 1e6)
        self._context.report("replaying" if lag_s > BEHIND_S else "live", self._host, lag_s=round(lag_s, 1))


def _time_of(cursor: int | None, place: Place) -> int:
    """Return the time a cursor asks for, 0 if it asks for none."""
    if cursor is None:
        return 0
    return place.time_us if cursor == place.seq else cursor


def _encode(place: Place) -> str:
    return msgspec.json.encode(place).decode()


def _now_us() -> int:
    return int(time.time() * 1_000_000)
