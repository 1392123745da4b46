"""Join: brings the stream of a server from the cursor to the present so that nothing between is left out unnoticed.

A server that numbers its events goes on at the number, if the event of that number is the one received last. In all
other cases a stream of the present (`live`) is opened first: it shows the server's clock, by which the past is then
asked for in a second stream. The past is held by the server if an event at or before the cursor comes; otherwise it is
asked for from further back, and what no answer reaches is reported as a gap.

A numbered past leads into the present by itself. An unnumbered one (the original server, v0.0.0-20251009222037,
pkg/server: `cutoverThresholdUS`, `emitToSubscriber`) leaves out up to a second where its replay meets the present: it
sends a live event while older ones are still to come, and skips those. So the past is asked for when `live` is already
`SETTLED_US` old, and read until it has reached the first event of `live`: what it leaves out lies behind that, and
`live` has it. If it was asked for earlier, the seconds before that event are read once more.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime

from pipeline.errors import SourceUnavailable
from pipeline.sources.bluesky.connection import StreamRefused
from pipeline.sources.bluesky.joining.event_stream import START_MARGIN_US, EventStream, Request
from pipeline.sources.bluesky.joining.session import PASSING_US, JetstreamSession
from pipeline.sources.contract import Chunk

RESUME_OVERLAP_US = 2_000_000
"""Microseconds before the newest event at which reading resumes on the same server."""
LIVE_BEGIN_US = 3_000_000
"""Microseconds before a live stream's beginning from which the past is read again."""
SERVER_CHANGE_REWIND_US = 10_000_000
"""Microseconds before the cursor, which allows for the server's delay, at which reading resumes on another server."""
FURTHER_BACK_US = (60_000_000, 900_000_000)
"""Microseconds further back from which a server is asked for any event at all before the cursor."""
SETTLED_US = 2_000_000
"""Microseconds of a server's time after which what its live stream began with is beyond any passage."""
LIVE_SETTLE_S, LIVE_QUIET_S = 4.0, 0.5
"""Seconds to wait for that on a server that writes, and for the first event of one that may be quiet."""
LISTEN_EVENTS = 16
"""Events of a numbered live stream that tell its server's clock."""
NUMBER_S = 3.0
"""Seconds within which the event of a number has to come again."""
PAST_REQUESTS = 8
"""Requests by which a server's past is looked for, at most."""
PASSAGES = 5
"""Requests, at most, for a past that meets the present: several servers under one name answer in turn."""
FAR_US = 60_000_000
"""Microseconds before the present from which on an unnumbered past is read alone, in order, until it is near."""

_Streams = Generator[Chunk, None, EventStream | None]


class NothingHeld(SourceUnavailable):
    """Raised when a server does not hold what was written since the cursor, and another one may."""


def join(session: JetstreamSession, *, must_hold: bool) -> _Streams:
    """Return the stream that goes on from the cursor, leading; None if the context stops. Yields chunks meanwhile.

    Raises:
        NothingHeld: `must_hold`, and the server does not reach back to the cursor.
        SourceUnavailable: the server refuses, or a connection is over.
    """
    if session.cursor.time_us == 0:
        live = yield from session.open(Request())
        if live is not None:
            session.lead(live)
        return live
    stream = yield from _by_number(session)
    while stream is None and not session.context.stopped():
        stream = yield from _by_time(session, must_hold=must_hold)
    return stream


def _by_number(session: JetstreamSession) -> _Streams:
    """Go on at the cursor's number; return None if its event does not come again."""
    cursor = session.cursor
    if cursor.host != session.host or not cursor.seq:
        return None
    request = Request(cursor=cursor.seq, seen_seq=cursor.seq, seen_us=cursor.at_us)
    try:
        stream = yield from session.open(request)
    except StreamRefused as error:
        if error.status != 400:
            raise
        return None  # CursorTooOld
    if stream is None:
        return None
    until_s = session.clock.monotonic_s() + NUMBER_S
    while stream.held is None and session.clock.monotonic_s() < until_s and not session.context.stopped():
        yield session.pump(stream)
    if stream.held:
        session.lead(stream)
        return stream
    session.close(stream)
    return None


def _by_time(session: JetstreamSession, *, must_hold: bool) -> _Streams:
    """Open the present and the past; return the stream that goes on, None to begin again nearer to the present."""
    live = yield from session.open(Request())
    if live is None:
        return None
    yield from _listen(session, live)
    settled = _is_settled(live)
    since_us = session.cursor.time_us
    past = yield from _past(session, live)
    if session.context.stopped():
        return None
    if past is None or not past.held:
        if must_hold:
            raise NothingHeld(f"holds nothing before {_when(past)}")
        yield from _tell_gap(session, live, past, since_us)
        if past is None:
            return live
    session.lead(past)
    if past.numbered:
        session.close(live)
        return past
    if live.first_us and live.first_us - past.newest_us > FAR_US:
        session.close(live)
        while past.catching_up and not session.context.stopped():
            yield session.pump(past)
        session.close(past)
        session.leader = None
        return None
    return (yield from _pass_over(session, live, past, settled=settled))


def _listen(session: JetstreamSession, live: EventStream) -> Generator[Chunk, None, None]:
    """Pass on the present until its server's clock is known, or it is quiet."""
    began_s = session.clock.monotonic_s()
    session.listening, heard = True, False
    while not heard and not session.context.stopped():
        yield session.pump(live)
        spent_s = session.clock.monotonic_s() - began_s
        if live.first_us and not live.numbered:
            heard = _is_settled(live) or spent_s > LIVE_SETTLE_S
        else:
            heard = live.events >= LISTEN_EVENTS or spent_s > LIVE_QUIET_S
    session.listening = False


def _is_settled(live: EventStream) -> bool:
    return live.first_us > 0 and live.newest_us - live.first_us >= SETTLED_US


def _seen(session: JetstreamSession) -> Request | None:
    """Return the request by which the server goes on at the event received last, None if that was another server's."""
    cursor = session.cursor
    if cursor.host != session.host:
        return None
    seen_us = cursor.at_us or cursor.time_us
    if cursor.stepped:
        return Request(cursor=seen_us - RESUME_OVERLAP_US, skip_us=seen_us - RESUME_OVERLAP_US)
    start_us = seen_us - (PASSING_US if cursor.passing else RESUME_OVERLAP_US)
    return Request(cursor=start_us, skip_us=start_us, seen_us=seen_us)


def _requests(session: JetstreamSession, live: EventStream) -> Generator[Request, EventStream | None, None]:
    """Yield what to ask for, one after the other, and take what was answered, until that shows that the past is held.

    Events at or before the cursor are looked for from further back until the server begins with the same event again:
    it has no earlier one. If they begin too late by what the authors stamped, the clock is behind by as much.
    """
    seen = _seen(session)
    if seen is not None:
        yield seen
    shift_us, further, before_us = _clock_shift_us(session, live), [*FURTHER_BACK_US], 0
    back_us = 0
    for _ in range(PAST_REQUESTS):
        need_us = session.cursor.time_us + shift_us
        start_us = need_us - SERVER_CHANGE_REWIND_US
        place_us = session.cursor.time_us
        request = Request(cursor=start_us - back_us, skip_us=start_us, need_us=need_us, place_us=place_us)
        answer = yield request
        if answer is not None and answer.late_us:
            shift_us -= answer.late_us + START_MARGIN_US
        elif not further or (answer is not None and before_us == answer.first_us):
            return
        else:
            back_us, before_us = further.pop(0), answer.first_us if answer is not None else 0


def _clock_shift_us(session: JetstreamSession, live: EventStream) -> int:
    """Return how far behind a server's clock is, as a negative number, or 0: a delay is no reason to begin later."""
    if not live.newest_us:
        return 0
    return min(0, live.server.shortest_us(), live.newest_us - session.clock.now_us())


def _past(session: JetstreamSession, live: EventStream) -> _Streams:
    """Return a stream from the cursor on, by whatever request shows that it is held; else the last that was answered.

    None: every request was refused, or the context stops.
    """
    past: EventStream | None = None
    requests = _requests(session, live)
    request: Request | None = next(requests)
    while request is not None and not session.context.stopped():
        try:
            asked = yield from session.open(request)
        except StreamRefused as error:
            if error.status != 400:
                raise
            asked = None  # a cursor that this server does not accept
        if asked is not None:
            while asked.held is None and not session.context.stopped():
                yield session.pump(asked, live)
            if past is not None:
                session.close(past)
            past = asked
            if past.held:
                break
        try:
            request = requests.send(asked)
        except StopIteration:
            request = None
    return past


def _tell_gap(
    session: JetstreamSession, live: EventStream, past: EventStream | None, since_us: int
) -> Generator[Chunk, None, None]:
    """Report the time from the cursor to the first event that the server has."""
    if past is not None:
        session.gap(since_us, past, live)
        return
    while not live.first_us and not session.context.stopped():
        yield session.pump(live)
    session.gap(since_us, live, live)
    session.lead(live)


def _when(past: EventStream | None) -> str:
    if past is None:
        return "now"
    return f"{datetime.fromtimestamp(past.first_us // 1_000_000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _pass_over(session: JetstreamSession, live: EventStream, past: EventStream, *, settled: bool) -> _Streams:
    """Read the past until it has reached the first event of the present; let the present lead then.

    Raises:
        SourceUnavailable: no past meets this present: several servers answer under one name.
    """
    whole = past.request
    for _ in range(PASSAGES):
        while (not live.first_us or past.newest_us < live.first_us) and not session.context.stopped():
            yield session.pump(past, live)
        if session.context.stopped():
            return None
        meets = past.has(live.first_us)
        session.close(past)
        if settled and meets:
            session.lead(live)
            return live
        session.leader = None
        while not _is_settled(live) and not session.context.stopped():
            yield session.pump(live)
        start_us = live.first_us - int((live.first_s - live.opened_s) * 1e6) - LIVE_BEGIN_US
        request = Request(cursor=start_us, skip_us=start_us, need_us=live.first_us) if meets else whole
        again = yield from session.open(request)
        if again is None:
            return None
        past, settled = again, True
    raise SourceUnavailable("several servers answer under one name, each with its own clock")
