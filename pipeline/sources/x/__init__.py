"""X's posts by the filtered stream of its API v2: what TRACK asks for, as far as X can be asked and may cost.

The loop is ours, the connection tweepy's (`client.py`), in a thread of its own, so that this one keeps the lease and
ends when told. X has no place to go on from: what was said while nobody listened is a gap, and told. The cursor is the
month, the posts counted in it and when something was last heard; it moves with the records it counts, so that a budget
survives a restart. Every post that X delivers counts, one that comes twice also twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from pipeline.sources.contract import Chunk, SourceContext
from pipeline.sources.x.budget import Budget
from pipeline.sources.x.client import PUBLIC, Trouble, XClient
from pipeline.sources.x.pauses import Pauses
from pipeline.sources.x.place import decode_place
from pipeline.sources.x.reading import Pace, Reading
from pipeline.sources.x.rules.wishes import Wishes


class XSource:
    """Posts of X that TRACK asks for; `track` returns TRACK as it is now, `searches` what people look at, older first.

    `silence_s` and `pace` are X's own unless a test has less time.
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
        url: str = PUBLIC,
        monthly_posts: int = 0,
        aside: int = 0,
        pace: Pace | None = None,
        pauses: Pauses | None = None,
        wishes: Wishes | None = None,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._token = token
        self._url = url
        self.pace = pace or Pace()
        self.clock_s = clock_s
        self.budget = Budget(monthly_posts, aside)
        self.pauses = pauses or Pauses()
        self.wishes = wishes or Wishes(track, searches)

    def client(self) -> XClient:
        """Return a client of its own for one connection or one call."""
        return XClient(self._token, self._url, self.pace.silence_s)

    def read(self, cursor: str | None, context: SourceContext) -> Iterator[Chunk]:
        """Yield what X tells, over as many connections as it takes; see the contract."""
        place = decode_place(cursor)
        self.budget.restore(place.month, place.count)
        reading = Reading(self, context, place.heard_ms)
        while not context.stopped():
            try:
                yield from reading.session()
            except Trouble as trouble:
                pause_s = self.pauses.after(trouble.kind, trouble.asked_s)
                state = "down" if self.pauses.failures > 3 else "reconnecting"
                again = f"in {pause_s:.0f} s" if pause_s >= 1 else "at once"
                context.report(state, f"{trouble}; asked again {again}"[:300])
                reading.failed(str(trouble))
                context.wait(pause_s)
