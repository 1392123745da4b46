"""One client's subscriptions: what it asked for, and the steps of docs/delivery.md that bring it history and live ones

Used by sockets and event streams alike. Each subscription runs in a greenlet of its own until its history is complete;
after that it costs nothing but its place among the watchers.
"""

from __future__ import annotations

import functools
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import gevent

from pipeline.errors import BrokerUnavailable, MurmurError, QueryError, QueryTimeout, StoreUnavailable
from pipeline.publish.messages import portions
from pipeline.query.tree import Query
from pipeline.store.contract import NEWEST, Changes, Page, Reading
from web.faults import fault
from web.live.catching_up import changes_of, losses, missed
from web.live.client import Client
from web.live.hub import Search
from web.process import Web
from web.protocol import (
    CLOSES,
    Error,
    Fault,
    Reset,
    Subscribe,
    Subscribed,
    frame,
    history_frame,
)

log = logging.getLogger("web.live.session")

FIRST_POSTS = 20
"""A window full: what a reader sees first is not kept waiting for what lies below it."""
FIRST_LOOK_S = 0.25
"""So long the rest of a history waits while a browser draws the first posts: on one machine both want processors."""
PAGE_POSTS = 250
AGAIN_S = 0.2
"""So long a subscription waits that cannot go on now, and twice as long each time after, up to 5 s."""


class StartAnew(Exception):
    """Raised when more happened since a subscription began than can be told: it begins once more."""


@dataclass(slots=True, eq=False)
class Watch:
    """One subscription of one client."""

    asked: Subscribe
    query: Query
    greenlet: gevent.Greenlet | None = None
    search: Search | None = None
    low: int | None = None
    lagged: bool = field(default=False)
    ended: bool = field(default=False)
    """Nobody waits for it any more; what its greenlet still does before its end must leave nothing behind."""


class Session:
    """The subscriptions of one client."""

    __slots__ = ("_client", "_watches", "_web")

    def __init__(self, web: Web, client: Client) -> None:
        self._web = web
        self._client = client
        self._watches: dict[str, Watch] = {}

    def subscribe(self, asked: Subscribe) -> None:
        """Begin to watch; an id in use is watched anew."""
        self.unsubscribe(asked.id)
        client = self._client
        if len(self._watches) >= self._web.settings.searches_per_socket:
            limit = self._web.settings.searches_per_socket
            text = f"{limit} searches are being watched on this socket already"
            client.send(frame(Error(Fault("too_many_searches", text), asked.id)), always=True)
            return
        try:
            query = self._web.parse(asked.query)
        except QueryError as error:
            client.send(frame(Error(fault(error), asked.id)), always=True)
            return
        watch = Watch(asked, query)
        self._watches[asked.id] = watch
        watch.greenlet = gevent.spawn(self._run, watch, asked.after)

    def unsubscribe(self, watch_id: str) -> None:
        """Stop watching; an unknown id is fine."""
        watch = self._watches.pop(watch_id, None)
        if watch is not None:
            self._end(watch)

    def lagged(self, key: str) -> None:
        """The client was told that it lagged: nothing of this search goes to it until it asks again."""
        for watch in self._watches.values():
            if watch.query.key == key:
                watch.lagged = True

    def restart(self, key: str) -> None:
        """Too much was missed: the client starts this search anew."""
        for watch in list(self._watches.values()):
            if watch.query.key == key and watch.search is not None and not watch.lagged:
                if watch.greenlet is not None:
                    watch.greenlet.kill(block=False)
                self._reset(watch)
                watch.greenlet = gevent.spawn(self._guarded, watch, functools.partial(self._steps, watch, None))

    def end(self) -> None:
        """Let go of everything; called once, when the client ends."""
        for watch in self._watches.values():
            self._end(watch)
        self._watches.clear()

    def _end(self, watch: Watch) -> None:
        watch.ended = True
        if watch.greenlet is not None:
            watch.greenlet.kill(block=False)
        self._leave(watch)

    def _leave(self, watch: Watch) -> None:
        search, watch.search = watch.search, None
        if search is not None:
            self._web.hub.leave(search, self._client)

    # -- the steps, each named as in docs/delivery.md
    def _run(self, watch: Watch, after: int | None) -> None:
        self._guarded(watch, lambda: self._steps(watch, after))

    def _guarded(self, watch: Watch, steps: Callable[[], None]) -> None:
        """Take the steps until they succeed or are refused.

        `kill` reaches a greenlet only after the wake-up that was queued before it, so an ended watch may still take a
        place among the watchers: the `finally` gives it back.
        """
        try:
            self._attempts(watch, steps)
        finally:
            if _is_current(watch):
                watch.greenlet = None
            if watch.ended:
                self._leave(watch)

    def _attempts(self, watch: Watch, steps: Callable[[], None]) -> None:
        wait_s = AGAIN_S
        while not (self._client.ended or watch.ended):
            try:
                steps()
                return
            except (BrokerUnavailable, StoreUnavailable) as error:
                log.info("a subscription waits: %s", error)
            except StartAnew:
                if not _is_current(watch):
                    return
                log.info("a subscription begins once more: too much happened while it began")
                steps = functools.partial(self._begin_anew, watch)
            except (MurmurError, ValueError) as error:
                if not _is_current(watch):
                    return
                if not isinstance(error, QueryTimeout):
                    log.warning("a subscription failed: %s", error)
                self._refuse(watch, error)
                return
            except Exception:
                log.exception("a subscription failed")
                self._client.close(CLOSES["internal"])
                return
            gevent.sleep(wait_s * random.uniform(0.5, 1.0))
            wait_s = min(5.0, wait_s * 2)

    def _refuse(self, watch: Watch, error: Exception) -> None:
        told = fault(error) if isinstance(error, MurmurError) else Fault("search_conflict", str(error))
        if watch.greenlet is gevent.getcurrent():
            watch.greenlet = None  # it is about to end by itself
        if watch.ended:
            return
        if self._watches.get(watch.asked.id) is watch:
            del self._watches[watch.asked.id]
        self._end(watch)
        self._client.send(frame(Error(told, watch.asked.id)), always=True)

    def _steps(self, watch: Watch, after: int | None) -> None:
        web, client, query = self._web, self._client, watch.query
        registered_at = web.hub.register(query)  # (1) and (2): w0
        watch.low = low = registered_at if watch.low is None else min(registered_at, watch.low)
        if watch.search is None:
            client.send(frame(Subscribed(watch.asked.id, query.key, query.canonical, list(query.terms))))
            watch.search = web.hub.enter(query, client)  # (3)
            if watch.search is None:
                return  # the client ended meanwhile
        safe = web.order.safe()  # (4): w
        if after is not None and after > safe:
            after = None  # numbers of another broker
            client.send(frame(Reset(query.key)))
        if after is not None and self._catch_up(watch, after, low):
            self._done(watch, safe)
            return
        changes, page = web.readings.read(lambda reading: _first(reading, query, low, watch.asked.history))
        if watch.ended:
            return
        if changes.overflow:
            changes = missed(web.readings, query, after=NEWEST, removed_after=low)
        if changes.overflow:
            raise StartAnew
        self._tell(watch, changes)
        self._send_pages(watch, page)
        self._done(watch, safe)

    def _catch_up(self, watch: Watch, after: int, low: int) -> bool:
        """Tell what happened since `after`; False if that is too much, and the client was told to forget all."""
        changes = missed(self._web.readings, watch.query, after=after, removed_after=min(after, low))
        if changes.overflow:
            if self._serves(watch):
                self._client.send(frame(Reset(watch.query.key)))
            return False
        self._tell(watch, changes)
        self._send_bodies(watch, changes.bodies)
        return True

    def _begin_anew(self, watch: Watch) -> None:
        self._web.hub.hear_all()
        self._reset(watch)
        self._steps(watch, None)

    def _reset(self, watch: Watch) -> None:
        """Have the client forget all: from here on, only what was not heard yet may bring it an old version."""
        self._web.hub.flush()
        self._client.send(frame(Reset(watch.query.key)))
        watch.low = self._web.hub.safe

    def _tell(self, watch: Watch, changes: Changes) -> None:
        for told in losses(watch.query.key, changes):
            self._client.send(told)

    def _send_pages(self, watch: Watch, page: Page) -> None:
        """Send page after page. Each is a view of its own: created_at never changes, so that nothing stored before the
        first view can slip between two of them, and what came later is live."""
        left = watch.asked.history
        pause_s = FIRST_LOOK_S
        while True:
            self._send_bodies(watch, page.bodies)
            left -= len(page.bodies)
            before, limit = page.next, min(left, PAGE_POSTS)
            if before is None or limit <= 0 or not self._serves(watch) or not self._client.wait_for_room():
                return
            gevent.sleep(pause_s)
            pause_s = 0
            page = self._web.readings.read(_following(watch.query, limit, before))

    def _send_bodies(self, watch: Watch, bodies: list[bytes]) -> None:
        for part in portions(bodies):
            self._send_part(watch, part)

    def _send_part(self, watch: Watch, part: list[bytes]) -> None:
        if self._serves(watch) and self._client.wait_for_room() and self._serves(watch):
            self._client.send(history_frame(watch.query.key, part))

    def _done(self, watch: Watch, safe: int) -> None:
        if self._serves(watch) and self._client.wait_for_room() and self._serves(watch):
            self._client.send(history_frame(watch.query.key, [], safe))

    def _serves(self, watch: Watch) -> bool:
        return not (watch.lagged or watch.ended) and _is_current(watch)


def _following(query: Query, limit: int, before: str) -> Callable[[Reading], Page]:
    return lambda reading: reading.search(query, limit=limit, before=before)


def _is_current(watch: Watch) -> bool:
    """Tell whether this greenlet serves the watch: one that is killed may run on until it next waits."""
    return watch.greenlet is gevent.getcurrent()


def _first(reading: Reading, query: Query, low: int, history: int) -> tuple[Changes, Page]:
    """Return, of one view, what went while the client began, and the first page of history."""
    changes = changes_of(query, NEWEST, low)(reading)
    if history == 0:
        return changes, Page([], None)
    return changes, reading.search(query, limit=min(history, FIRST_POSTS))
