"""Watch: the state of one subscription of one client.

A watch is served by one greenlet at a time. A greenlet that was killed may run on until it next waits, so everything it
sends is sent only while it still serves the watch.
"""

from __future__ import annotations

from dataclasses import dataclass

import gevent

from pipeline.query.tree import Query
from web.live.fanout.live_search import LiveSearch
from web.protocol.client_messages import Subscribe


@dataclass(slots=True, eq=False)
class Watch:
    """One subscription of one client."""

    request: Subscribe
    query: Query
    greenlet: gevent.Greenlet | None = None
    search: LiveSearch | None = None
    """The search among whose watchers the client is, None before it entered."""
    low: int | None = None
    """Low watermark from which retractions are read: older versions may still reach the client above it."""
    lagged: bool = False
    """The client was sent `lagged` with this watch's id: nothing is sent for it until the client subscribes again."""
    ended: bool = False
    """The client no longer wants the watch; its greenlet must leave nothing behind."""

    @property
    def is_current(self) -> bool:
        """Whether the running greenlet serves this watch."""
        return self.greenlet is gevent.getcurrent()

    @property
    def may_send(self) -> bool:
        """Whether the running greenlet may send history of this watch."""
        return not (self.lagged or self.ended) and self.is_current
