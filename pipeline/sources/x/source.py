"""X source: reads the filtered stream of API v2 with rules for TRACK, within a monthly budget.

Under TRACK=searches the rules are made of the searches that people look at. This loop runs in the reader's thread,
pauses after failures and ends when asked; `stream_reader.py` reads each connection, which is tweepy's (`client.py`) and
has a thread of its own. X's stream cannot be resumed: posts of an outage are a gap, and reported. The cursor holds the
month, the posts counted in it and when X was last received; it moves with the records it counts, so that the budget
survives a restart. Every post that X delivers counts, one that comes twice counts twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.x.backoff import Backoff
from pipeline.sources.x.budget import Budget
from pipeline.sources.x.client import X_API_URL, XClient
from pipeline.sources.x.cursor_text import decode_cursor
from pipeline.sources.x.errors import XError
from pipeline.sources.x.rules.demand_tracker import DemandTracker
from pipeline.sources.x.stream_reader import StreamReader, XTiming


class XSource:
    """Source of the posts of X that TRACK selects.

    `track` returns TRACK as it is now, `searches` the searches that people look at, older first. `monthly_posts` is the
    stream's budget (0: no limit); `lookup_posts` more are spent by look-ups. The other arguments are for tests.
    """

    name = "x"
    generated = False
    resumes = False
    patient = False

    def __init__(
        self,
        token: str,
        track: Callable[[], str],
        searches: Callable[[], Sequence[str]] = tuple,
        *,
        url: str = X_API_URL,
        monthly_posts: int = 0,
        lookup_posts: int = 0,
        timing: XTiming | None = None,
        backoff: Backoff | None = None,
        demand: DemandTracker | None = None,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._token = token
        self._url = url
        self._timing = timing or XTiming()
        self._clock_s = clock_s
        self._budget = Budget(monthly_posts, lookup_posts)
        self._backoff = backoff or Backoff()
        self._demand = demand or DemandTracker(track, searches)

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield the posts that X delivers, over as many connections as needed, as `Source.read` describes."""
        position = decode_cursor(cursor)
        self._budget.restore(position.month, position.count)
        reader = StreamReader(
            lambda: XClient(self._token, self._url, self._timing.silence_s),
            context,
            budget=self._budget,
            backoff=self._backoff,
            demand=self._demand,
            timing=self._timing,
            clock_s=self._clock_s,
            received_ms=position.received_ms,
        )
        while not context.stopped():
            try:
                yield from reader.connection()
            except XError as error:
                pause_s = self._backoff.pause_after(error.kind, error.requested_s)
                state = "down" if self._backoff.failures > 3 else "reconnecting"
                again = f"in {pause_s:.0f} s" if pause_s >= 1 else "at once"
                context.report(state, f"{error}; retried {again}"[:300])
                reader.failed(str(error))
                context.wait(pause_s)
