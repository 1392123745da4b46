"""Event stream: one open connection, with what is known of its events: first, newest, numbers, and how late they come.

`Request` says where a stream begins and by which event its server shows that it still holds what was asked for. A
cursor is inclusive on every server, so the event that was received last comes again: if it does not, another server
answers under the same name, or the events are no longer held.
"""

from __future__ import annotations

from collections import deque
from statistics import median

import msgspec

from pipeline.errors import SourceUnavailable
from pipeline.sources.bluesky.connection import JetstreamConnection
from pipeline.sources.bluesky.event_summary import EventSummary
from pipeline.sources.bluesky.joining.server_clock import ServerClock, SystemClock

LAG_EVENTS = 16
START_EVENTS = 16
"""First events by whose authors' stamps a stream shows from when on it has what was written."""
START_S = 1.0
"""Seconds to wait for them."""
START_MARGIN_US = 5_000_000
"""Microseconds before the cursor at which these events have to begin: servers hear in different orders."""
RECENT_EVENTS = 5_000
"""Times of the newest events that are remembered, to find an event of another stream among them."""
DRAINED_S = 2.0
"""Seconds without an event after which a stream has caught up."""
SHRINK_CHECK_S = 5.0
"""Seconds after which a stream whose lag has not shrunk counts as caught up: its server is late itself."""
BELIEVED_US = 48 * 3_600_000_000
"""Microseconds between the stamps of author and server beyond which the author's is not believed."""
BEHIND_S = 15.0
"""Seconds behind the network from which on a stream that catches up is replaying, not live."""


class Request(msgspec.Struct, frozen=True):
    """Where a stream begins.

    `cursor`: time (µs) or sequence number, None for now. `skip_us`: earlier events are not wanted. `need_us`: a first
    event at or before this time shows that the server holds what it heard since. `place_us`: the network's time up to
    which all is collected. `seen_us`, `seen_seq`: time and number of an event that must come again; 0 if none is known.
    """

    cursor: int | None = None
    skip_us: int = 0
    need_us: int = 0
    place_us: int = 0
    seen_us: int = 0
    seen_seq: int = 0


class EventStream:
    """An open stream of one server.

    `held`: whether it begins where it was asked to, None until that shows. `late_us`: it does by the server's clock,
    but what was written begins this much later than at the cursor: its clock is behind that of the server read before.
    """

    def __init__(
        self,
        connection: JetstreamConnection,
        request: Request,
        clock: SystemClock,
    ) -> None:
        self.request = request
        self.server = ServerClock()
        self.held: bool | None = None
        self.late_us = 0
        self.first_us = 0
        self.newest_us = 0
        self.newest_seq = 0
        self.events = 0
        self.numbered = False
        self.catching_up = request.cursor is not None
        self.opened_s = self.first_s = clock.monotonic_s()
        self._connection = connection
        self._clock = clock
        self._event_s = self.opened_s
        self._lags: deque[int] = deque(maxlen=LAG_EVENTS)
        self._recent: deque[int] = deque(maxlen=RECENT_EVENTS)
        self._starts: deque[int] = deque(maxlen=START_EVENTS)
        self._kept = 0
        self._checked: tuple[float, float] | None = None

    def receive(self, timeout_s: float, silence_s: float) -> list[bytes]:
        """Return the next events, [] if none arrives within `timeout_s` seconds.

        Raises:
            SourceUnavailable: the connection is over, or no event has come for `silence_s` seconds.
        """
        events = self._connection.receive(timeout_s)
        now_s = self._clock.monotonic_s()
        if events:
            self._event_s = now_s
        elif now_s - self._event_s > silence_s:
            raise SourceUnavailable(f"silent for {silence_s:.0f} s")
        elif self.held is None and self.first_us and not self.request.seen_us and now_s - self._event_s > START_S:
            self._conclude()
        if self.catching_up:
            self.catching_up = not self._caught_up(now_s)
        return events

    def note(self, event: EventSummary) -> bool:
        """Note an event; return whether it is wanted."""
        if event.time_us <= 0:
            return True
        now_s = self._clock.monotonic_s()
        self.events += 1
        if not self.first_us:
            self.first_us, self.first_s = event.time_us, now_s
        self.numbered = self.numbered or event.seq > 0
        written_us = event.written_us if abs(event.time_us - event.written_us) < BELIEVED_US else 0
        if self.held is None:
            self._judge(event, written_us)
        self.newest_us = max(self.newest_us, event.time_us)
        self.newest_seq = max(self.newest_seq, event.seq)
        self._recent.append(event.time_us)
        self.server.add(event.time_us, written_us, now_s)
        self._lags.append(self._clock.now_us() - (written_us or event.time_us))
        return event.time_us >= self.request.skip_us

    def _judge(self, event: EventSummary, written_us: int) -> None:
        """Decide whether the stream begins where it was asked to, by events that come in the order of their times."""
        wanted = self.request
        if wanted.seen_seq:
            self.held = event.seq == wanted.seen_seq and wanted.seen_us in (0, event.time_us)
        elif wanted.seen_us:
            if event.time_us >= wanted.seen_us:
                self.held = event.time_us == wanted.seen_us
        elif not wanted.need_us:
            self.held = True
        elif self.first_us > wanted.need_us:
            self.held = False
        else:
            if written_us:
                self._starts.append(event.time_us - written_us)
            self._kept += event.time_us >= wanted.skip_us
            if self._kept >= START_EVENTS:
                self._conclude()

    def _conclude(self) -> None:
        """Decide by the authors' stamps of the first events, if they have any, whether they begin early enough."""
        wanted = self.request
        if self._starts:
            begins_us = wanted.skip_us - int(median(self._starts))
            self.late_us = max(0, begins_us - (wanted.place_us - START_MARGIN_US))
        self.held = not self.late_us

    def has(self, time_us: int) -> bool:
        """Tell whether an event of exactly this time is among the newest: then both streams are of one server."""
        return time_us in self._recent

    @property
    def may_leave_out(self) -> bool:
        """Whether the stream may leave events out at its passage from replay to live."""
        return self.request.cursor is not None and not self.numbered

    def lag_s(self) -> float | None:
        """Return how many seconds after they were written the last events came, None if there were none."""
        return max(0.0, median(self._lags) / 1e6) if self._lags else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _caught_up(self, now_s: float) -> bool:
        if now_s - self._event_s > DRAINED_S:
            return True
        lag_s = self.lag_s()
        if lag_s is None:
            return False
        if lag_s <= BEHIND_S:
            return True
        if self._checked is None:
            self._checked = now_s, lag_s
        since_s, before_s = self._checked
        if now_s - since_s < SHRINK_CHECK_S:
            return False
        self._checked = now_s, lag_s
        return before_s - lag_s < (now_s - since_s) / 2
