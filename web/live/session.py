"""Session: one client's subscriptions, from request through missed changes and history to live posts.

It limits their number, retries while store or Redis is away, refuses a bad search, and begins one anew when too much
was missed. Sockets and event streams use it alike. A subscription runs in a greenlet of its own until its history is
complete; after that it costs nothing but its place among the watchers. The steps are those of docs/design/delivery.md.
"""

from __future__ import annotations

import functools
import logging
import random
from collections.abc import Callable

import gevent

from pipeline.errors import BrokerUnavailable, MurmurError, QueryError, QueryTimeout, StoreUnavailable
from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.tree import Query
from pipeline.store.contract import NEWEST, Changes, Page, Reading
from web.api_errors import fault_of
from web.live.clients.client import Client
from web.live.fanout.deck_followers import DECKS_FOLLOWED_MAX
from web.live.fanout.hub import Hub
from web.live.history_sender import HistorySender
from web.live.recovery.catch_up import changes_of, loss_frames, missed_changes
from web.live.watch import Watch
from web.protocol.client_messages import Subscribe
from web.protocol.close_codes import CLOSES
from web.protocol.frames import frame
from web.protocol.server_messages import Error, Fault, Reset, Subscribed
from web.store_pool import StorePool

log = logging.getLogger("web.live.session")

FIRST_POSTS = 20
"""Posts of the first page: a window full, so that what a reader sees first does not wait for what lies below."""
RETRY_S = 0.2
"""Seconds before the second attempt of a subscription that store or Redis delays; each further wait doubles."""
RETRY_MAX_S = 5.0


class StartAnew(Exception):
    """Raised when too much changed while a subscription began: it begins again."""


class Session:
    """The subscriptions of one client.

    Args:
        parse: returns the search of a text, or raises QueryError.
        searches_max: most subscriptions at a time.
    """

    __slots__ = (
        "_client",
        "_decks",
        "_history",
        "_hub",
        "_order",
        "_parse",
        "_searches_max",
        "_store_pool",
        "_watches",
    )

    def __init__(
        self,
        client: Client,
        hub: Hub,
        order: PublicationOrder,
        store_pool: StorePool,
        parse: Callable[[str], Query],
        *,
        searches_max: int,
    ) -> None:
        self._client = client
        self._hub = hub
        self._order = order
        self._store_pool = store_pool
        self._parse = parse
        self._searches_max = searches_max
        self._history = HistorySender(client, store_pool)
        self._watches: dict[str, Watch] = {}
        self._decks: set[str] = set()

    def subscribe(self, request: Subscribe) -> None:
        """Begin to watch; an id in use is watched anew."""
        self.unsubscribe(request.id)
        if len(self._watches) >= self._searches_max:
            text = f"{self._searches_max} searches are being watched on this connection already"
            self._send_error(request.id, Fault("too_many_searches", text))
            return
        try:
            query = self._parse(request.query)
        except QueryError as error:
            self._send_error(request.id, fault_of(error))
            return
        watch = Watch(request, query)
        self._watches[request.id] = watch
        watch.greenlet = gevent.spawn(self._guarded, watch, functools.partial(self._steps, watch, request.after))

    def unsubscribe(self, watch_id: str) -> None:
        """Stop watching; an unknown id is ignored."""
        watch = self._watches.pop(watch_id, None)
        if watch is not None:
            self._end(watch)

    def mark_lagged(self, key: str) -> list[str]:
        """Note that a client was taken out of a search's watchers; return the ids of its watches that were there.

        Nothing is sent for these until the client subscribes again. A watch that has not entered yet misses nothing.
        """
        lagged = [watch for watch in self._watches.values() if watch.query.key == key and watch.search is not None]
        for watch in lagged:
            watch.lagged, watch.search = True, None
        return [watch.request.id for watch in lagged]

    def follow(self, deck: str) -> None:
        """Begin to tell the client of changes of a deck, or refuse one deck too many."""
        if deck not in self._decks and len(self._decks) >= DECKS_FOLLOWED_MAX:
            self._client.send(frame(Error(Fault("too_many_decks", f"{DECKS_FOLLOWED_MAX} decks are followed already"))))
            return
        self._decks.add(deck)
        self._hub.followers.enter(deck, self._client)

    def unfollow(self, deck: str) -> None:
        """Tell the client no more of a deck; one that it does not follow is ignored."""
        self._decks.discard(deck)
        self._hub.followers.leave(deck, self._client)

    def restart(self, key: str) -> None:
        """Begin the watches of a search anew: the client missed too much of it."""
        for watch in list(self._watches.values()):
            if watch.query.key == key and watch.search is not None:
                if watch.greenlet is not None:
                    watch.greenlet.kill(block=False)
                self._reset(watch)
                watch.greenlet = gevent.spawn(self._guarded, watch, functools.partial(self._steps, watch, None))

    def end(self) -> None:
        """End every watch; called once, when the client ends."""
        for watch in self._watches.values():
            self._end(watch)
        self._watches.clear()
        for deck in self._decks:
            self._hub.followers.leave(deck, self._client)
        self._decks.clear()

    def _end(self, watch: Watch) -> None:
        watch.ended = True
        if watch.greenlet is not None:
            watch.greenlet.kill(block=False)
        self._leave(watch)

    def _leave(self, watch: Watch) -> None:
        search, watch.search = watch.search, None
        if search is not None:
            self._hub.leave(search, self._client)

    # -- the greenlet of a watch
    def _guarded(self, watch: Watch, steps: Callable[[], None]) -> None:
        """Take the steps until they succeed or are refused.

        `kill` reaches a greenlet only after a wake-up that was queued before, so an ended watch may still enter the
        watchers: the `finally` takes it out again.
        """
        try:
            self._attempts(watch, steps)
        finally:
            if watch.is_current:
                watch.greenlet = None
            if watch.ended:
                self._leave(watch)

    def _attempts(self, watch: Watch, steps: Callable[[], None]) -> None:
        wait_s = RETRY_S
        while not (self._client.ended or watch.ended or watch.lagged):
            try:
                steps()
                return
            except (BrokerUnavailable, StoreUnavailable) as error:
                log.info("a subscription waits: %s", error)
            except StartAnew:
                if not watch.is_current:
                    return
                log.info("a subscription begins again: too much changed while it began")
                steps = functools.partial(self._begin_anew, watch)
            except (MurmurError, ValueError) as error:
                if not watch.is_current:
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
            wait_s = min(RETRY_MAX_S, wait_s * 2)

    def _refuse(self, watch: Watch, error: Exception) -> None:
        fault = fault_of(error) if isinstance(error, MurmurError) else Fault("search_conflict", str(error))
        if watch.is_current:
            watch.greenlet = None  # `_end` must not kill the running greenlet, which ends by itself
        if watch.ended:
            return
        if self._watches.get(watch.request.id) is watch:
            del self._watches[watch.request.id]
        self._end(watch)
        self._send_error(watch.request.id, fault)

    def _send_error(self, watch_id: str, fault: Fault) -> None:
        self._client.send(frame(Error(fault, watch_id)), always=True)

    # -- the steps, numbered as in docs/design/delivery.md
    def _steps(self, watch: Watch, after: int | None) -> None:
        hub, client, query = self._hub, self._client, watch.query
        registered_at = hub.register(query)  # (1) and (2): w0
        watch.low = low = registered_at if watch.low is None else min(registered_at, watch.low)
        if watch.search is None:
            client.send(frame(Subscribed(watch.request.id, query.key, query.canonical, list(query.terms))))
            watch.search = hub.enter(query, client)  # (3)
            if watch.search is None:
                return
        safe = self._order.safe()  # (4): w
        if after is not None and after > safe:
            after = None  # a number of another broker
            client.send(frame(Reset(watch.request.id, query.key)))
        if after is not None and self._catch_up(watch, after, low):
            self._history.finish(watch, safe)
            return
        changes, page = self._store_pool.read(lambda reading: _first(reading, query, low, watch.request.history))
        if watch.ended:
            return
        if changes.overflow:
            changes = missed_changes(self._store_pool, query, after=NEWEST, removed_after=low)
        if changes.overflow:
            raise StartAnew
        self._send_losses(watch, changes)
        self._history.send_pages(watch, page)
        self._history.finish(watch, safe)

    def _catch_up(self, watch: Watch, after: int, low: int) -> bool:
        """Send what changed since `after`; return False if that is too much, after a reset of the client."""
        changes = missed_changes(self._store_pool, watch.query, after=after, removed_after=min(after, low))
        if changes.overflow:
            if watch.may_send:
                self._client.send(frame(Reset(watch.request.id, watch.query.key)))
            return False
        self._send_losses(watch, changes)
        self._history.send_bodies(watch, changes.bodies, changes.entered)
        return True

    def _begin_anew(self, watch: Watch) -> None:
        self._hub.catch_up()
        self._reset(watch)
        self._steps(watch, None)

    def _reset(self, watch: Watch) -> None:
        """Have the client forget the search: from here on, only a message not received yet can bring an old version."""
        self._hub.flush()
        self._client.send(frame(Reset(watch.request.id, watch.query.key)))
        watch.low = self._hub.safe

    def _send_losses(self, watch: Watch, changes: Changes) -> None:
        for part in loss_frames(watch.query.key, changes):
            self._client.send(part)


def _first(reading: Reading, query: Query, low: int, history: int) -> tuple[Changes, Page]:
    """Return, from one view, the losses while the client began and the first page of history."""
    changes = changes_of(query, NEWEST, low)(reading)
    if history == 0:
        return changes, Page([], None)
    return changes, reading.search(query, limit=min(history, FIRST_POSTS))
