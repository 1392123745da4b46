"""Searches and who watches them: the first watcher in registers and subscribes, the last one out lets go.

Live posts go from here to every watcher of their search: framed once, and coalesced, so that a pass over all watchers
takes at most a part of the time. No post is parsed, nothing here blocks the loop but `enter`, `register` and `renew`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

import gevent
import msgspec
from gevent.event import Event

from pipeline.broker.keys import Names
from pipeline.errors import MurmurError
from pipeline.match.search_registry import SEARCH_LEASE_MS, Registry
from pipeline.publish.messages import PORTION_BYTES
from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.tree import Query
from web.live.client import Client
from web.live.listener import Listener
from web.protocol import Bundle, Deleted, Frame, Gap, Gone, Lagged, frame, frames, posts_frame

log = logging.getLogger("web.live.hub")

IDLE_S = 10.0
"""A search nobody watches is kept subscribed so long, for the browser that reloads."""
PENDING_FRAMES = 8
PENDING_BYTES = 256 * 1024
"""More than so many frames wait for no others, nor does a post as large as that."""
NO_BOUND = 2**63
WINDOW_S = 0.025
"""Longest that a live post waits for others to share its frame."""
SHARE = 5.0
"""A pass that took t is followed by the next one SHARE × t after its end at the earliest, so that fan-out is adaptive:
a handful of watchers are told at once, thousands in fewer and bigger frames."""
RENEW_CHUNK = 500
HEARD_WITHIN_S = 5.0
KEEP_S = 2.0
"""How often idle searches are looked for; every fifth time or so, leases are renewed."""


class Search:
    """One standing search of this process."""

    __slots__ = (
        "after",
        "bodies",
        "channel",
        "doubt",
        "full",
        "idle_since",
        "listening",
        "query",
        "refill_from",
        "size",
        "watchers",
    )

    def __init__(self, query: Query, channel: str) -> None:
        self.query = query
        self.channel = channel
        self.watchers: dict[Client, int] = {}
        self.listening = Event()
        self.bodies: list[bytes] = []
        self.size = 0
        """Bytes of `bodies` and a comma each."""
        self.after = 0
        """What the last of `bodies` carried; it tells of nothing that came later."""
        self.full: list[tuple[int, list[bytes]]] = []
        """(after, bodies) of the frames before these, each as large as may be."""
        self.refill_from: int | None = None
        self.idle_since: float | None = None
        self.doubt = 0
        """Not 0: the workers may not know this search, so that their silence about it means nothing."""

    @property
    def key(self) -> str:
        """The search's key."""
        return self.query.key

    def wait_for_line(self) -> None:
        """Wait until the channel is subscribed; it may be lost again when this returns.

        Never on an event that is set: gevent puts such a waiter behind those it is about to wake, and forgets it when
        the last of them is killed before.
        """
        if not self.listening.is_set():
            self.listening.wait()


def boot_clock() -> float:
    """Return seconds that also pass while the machine or this process sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Hub:
    """The searches of this process and their watchers. `refill` is called with searches whose posts may be missing."""

    def __init__(self, registry: Registry, order: PublicationOrder, names: Names) -> None:
        self._registry = registry
        self._order = order
        self._names = names
        self._notices = names.notices.encode()
        self._by_channel: dict[bytes, Search] = {}
        self.searches: dict[str, Search] = {}
        self.clients: set[Client] = set()
        self.listener: Listener
        self.refill: Callable[[list[Search]], None] = lambda _searches: None
        self.on_tick: Callable[[dict[str, Any]], None] = lambda _tick: None
        self.on_source: Callable[[dict[str, Any]], None] = lambda _source: None
        self.on_deleted: Callable[[list[str]], None] = lambda _ids: None
        self.safe = 0
        self.live = False
        self._began = False
        self.counts = {"frames": 0, "messages": 0, "sends": 0, "lagged": 0, "refills": 0, "lost": 0, "ingested": 0}
        self._renewed_at = boot_clock()
        self._renewed_safe = 0
        self._doubts = 0
        self._dirty: dict[Search, None] = {}
        self._hearing: set[Event] = set()
        self._timer: Any = None
        self._timer_runs = False
        self._free_at = 0.0

    @property
    def slept(self) -> bool:
        """Whether this process, by its own clock, was away for so long that its registrations may have lapsed."""
        return boot_clock() - self._renewed_at > SEARCH_LEASE_MS / 1000

    @property
    def behind(self) -> bool:
        """Whether posts may be missing here: the line is away, or a search is to be read again."""
        return not self.live or self.slept or any(search.refill_from is not None for search in self.searches.values())

    # -- coming and going
    def register(self, query: Query) -> int:
        """Register or renew a search and return `w0`: the `safe` read after it, or that of the last message heard here.

        The lesser counts: where the channel is subscribed already, messages from before are still on their way, and
        may carry versions that were replaced since. Before the line was ever there nothing is on its way.
        """
        fresh = self._registry.register({query.key: query.canonical})
        search = self.searches.get(query.key)
        if fresh and search is not None and search.watchers:
            self._lapsed([search])
        self.on_connecting()
        return min(self._order.safe(), self.safe)

    def hear_all(self) -> None:
        """Wait until all that is safe now was heard here, so that `safe` is as new as can be; nobody need speak for it.

        Returns without, where the line is away, is lost meanwhile, or does not answer for `HEARD_WITHIN_S`.

        Raises:
            BrokerUnavailable: Redis did not answer.
        """
        safe, heard = self._order.safe(), Event()

        def reached() -> None:
            self.safe = max(self.safe, safe)
            heard.set()

        if not self.live:
            return
        self._hearing.add(heard)
        try:
            self.listener.fence(reached)
            heard.wait(HEARD_WITHIN_S)
        finally:
            self._hearing.discard(heard)

    def enter(self, query: Query, client: Client) -> Search | None:
        """Subscribe the search, wait for the acknowledgement, and put the client among its watchers.

        Returns:
            The search; None where the client ended meanwhile, for whoever has ended is told of no end again.
        """
        while True:
            search = self.searches.get(query.key)
            if search is None:
                search = Search(query, self._names.live(query.key))
                self.searches[query.key] = search
                self._by_channel[search.channel.encode()] = search
                self.listener.want(search.channel)
            search.idle_since = None
            search.wait_for_line()
            if client.ended:
                return None
            if search.listening.is_set() and self.searches.get(query.key) is search:
                search.watchers[client] = search.watchers.get(client, 0) + 1
                search.idle_since = None
                self.believe(search)
                return search

    def believe(self, search: Search) -> None:
        """The search was registered just now: once all that was published before is heard, doubt ends."""
        doubt = search.doubt

        def end_doubt() -> None:
            if search.doubt == doubt:
                search.doubt = 0

        if doubt:
            self.listener.fence(end_doubt)

    def leave(self, search: Search, client: Client) -> None:
        """Take a client's one watch of a search back; a client that lagged is not there any more."""
        count = search.watchers.get(client, 0) - 1
        if count > 0:
            search.watchers[client] = count
        else:
            search.watchers.pop(client, None)
        if not search.watchers and search.idle_since is None:
            search.idle_since = time.monotonic()

    def sweep(self) -> None:
        """Let go of searches that nobody watched for a while."""
        limit = time.monotonic() - IDLE_S
        for search in list(self.searches.values()):
            if search.watchers:
                search.idle_since = None
            elif search.idle_since is None:
                search.idle_since = time.monotonic()
            elif search.idle_since < limit:
                del self.searches[search.key]
                del self._by_channel[search.channel.encode()]
                self._dirty.pop(search, None)
                search.listening.set()  # a waiter finds that it is no longer the search of its key
                self.listener.leave(search.channel)
                self._registry.release([search.key])

    def renew(self) -> None:
        """Renew every lease. One that had lapsed, here or by this process's own clock, counts as a gap."""
        safe_before, began = self.safe, boot_clock()
        slept = began - self._renewed_at > SEARCH_LEASE_MS / 1000
        searches = list(self.searches.values())
        lapsed = list(searches) if slept else []
        for at in range(0, len(searches), RENEW_CHUNK):
            part = searches[at : at + RENEW_CHUNK]
            fresh = self._registry.register({search.key: search.query.canonical for search in part})
            if fresh and not slept:
                lapsed += [search for search in part if search.key in fresh]
        if lapsed:
            self._lapsed(lapsed)
        # From before the call: a process that sleeps while it is answered must find out at the next one.
        if began >= self._renewed_at:
            self._renewed_at = began
            self._renewed_safe = safe_before

    def _lapsed(self, searches: list[Search]) -> None:
        log.warning("the registrations of %d searches had lapsed; reading what they missed", len(searches))
        self._missed(searches, self._renewed_safe)
        self.refill([search for search in searches if search.watchers])

    def _missed(self, searches: Iterable[Search], since: int) -> None:
        self._doubts += 1
        for search in searches:
            self._flush_search(search)
            search.doubt = self._doubts
            search.refill_from = since if search.refill_from is None else min(since, search.refill_from)

    # -- from the listener
    def on_connecting(self) -> None:
        """Before the first connection or search: what matters from now on is numbered above what is safe now."""
        if not self._began:
            safe = self._order.safe()
            if not self._began:  # nobody was quicker meanwhile
                self._began, self.safe, self._renewed_safe = True, safe, safe

    def on_message(self, channel: bytes, safe: int, body: bytes) -> None:
        """Take a message off the wire."""
        self.safe = max(self.safe, safe)
        search = self._by_channel.get(channel)
        if search is None:
            if channel == self._notices:
                self._on_notice(body)
            return
        self.counts["messages"] += 1
        if not search.watchers or len(body) < 4:
            return
        size = len(body) - 1
        if search.size + size > PORTION_BYTES and search.bodies:
            search.full.append((search.after, search.bodies))
            search.bodies, search.size = [], 0
        search.bodies.append(body[1:-1])
        search.size += size
        search.after = safe
        self._dirty[search] = None
        if len(search.full) >= PENDING_FRAMES or size > PENDING_BYTES:
            self.flush()
        elif not self._timer_runs:
            self._schedule()

    def on_subscribed(self, channel: bytes) -> None:
        """A channel's subscription was acknowledged."""
        search = self._by_channel.get(channel)
        if search is not None:
            search.listening.set()

    def on_lost(self) -> None:
        """The line is gone: whatever is published from now on is missing for every search."""
        self.live = False
        for heard in self._hearing:
            heard.set()
        self.counts["lost"] += 1
        self.flush()
        self._missed(self.searches.values(), self.safe)
        for search in self.searches.values():
            search.listening.clear()

    def on_restored(self) -> None:
        """Every channel is subscribed again."""
        self.live = True
        waiting = []
        for search in self.searches.values():
            if search.watchers:
                waiting.append(search)
            else:
                search.refill_from = None
        self.refill(waiting)

    # -- live frames
    def _schedule(self) -> None:
        if self._timer is None:
            self._timer = gevent.get_hub().loop.timer(0.0)
        else:
            self._timer.stop()
            self._timer.close()
            self._timer = gevent.get_hub().loop.timer(max(0.0, self._free_at - time.monotonic()))
        self._timer_runs = True
        self._timer.start(self.flush)

    def flush(self) -> None:
        """Frame what waits, once a search, and write it to every watcher."""
        self._timer_runs = False
        if not self._dirty:
            return
        start = time.monotonic()
        dirty, self._dirty = self._dirty, {}
        for search in dirty:
            self._flush_search(search)
        end = time.monotonic()
        self._free_at = end + min(WINDOW_S, SHARE * (end - start))

    def _flush_search(self, search: Search) -> None:
        if not search.bodies:
            return
        # While posts of before are missing, nobody may take up again from later than that.
        bound = NO_BOUND if search.refill_from is None else search.refill_from
        if self.slept:
            bound = min(bound, self._renewed_safe)
        key, full = search.key, search.full
        last = posts_frame(key, min(search.after, bound), b",".join(search.bodies))
        search.bodies, search.size = [], 0
        if full:
            search.full = []
            last = Bundle([*(posts_frame(key, min(after, bound), b",".join(bodies)) for after, bodies in full), last])
        self.send(search, last)

    def send(self, search: Search, message: Frame) -> None:
        """Write a frame to every watcher of a search."""
        watchers = list(search.watchers)
        self.counts["frames"] += 1
        self.counts["sends"] += len(watchers)
        for client in watchers:
            client.send(message)

    def broadcast(self, message: Frame) -> None:
        """Write a frame to every client."""
        for client in list(self.clients):
            client.send(message)

    # -- notices
    def _on_notice(self, body: bytes) -> None:
        try:
            notice = msgspec.json.decode(body)
            kind = notice["type"]
            if kind == "tick":
                self.on_tick(notice)
            elif kind == "deleted":
                self.on_deleted(notice["ids"])
                for told in frames(Deleted(notice["ids"])):
                    self.broadcast(told)
            elif kind == "gone":
                self._gone(notice["key"], notice["posts"])
            elif kind == "edited":
                self._edited(notice["posts"])
            elif kind == "source":
                self.on_source(notice)
            elif kind == "gap":
                self.broadcast(frame(Gap(notice["source"], notice["from"], notice["to"], notice["why"])))
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
            log.warning("a notice that cannot be read: %s", error)

    def _gone(self, key: str, posts: list[Any]) -> None:
        search = self.searches.get(key)
        if search is not None and search.watchers:
            self._flush_search(search)
            for told in frames(Gone(key, [(post[0], post[1]) for post in posts])):
                self.send(search, told)

    def _edited(self, posts: list[Any]) -> None:
        """A post's content changed and its old version is unknown: gone wherever it is not said to match still.

        Not where the workers may have forgotten the search: their list says nothing of it then. Such a search is read
        again from before the doubt on, which tells the same.
        """
        if self.slept:
            return
        matching = [(post[0], post[1], set(post[2])) for post in posts]
        for search in list(self.searches.values()):
            gone = [(post_id, version) for post_id, version, keys in matching if search.key not in keys]
            if gone and search.watchers and not search.doubt:
                self._flush_search(search)
                for told in frames(Gone(search.key, gone)):
                    self.send(search, told)

    # -- slow watchers
    def lag(self, client: Client, message: Frame) -> None:
        """A frame did not fit: its search (or, for a deletion, every search) of this client must be taken up again."""
        if message.kind in ("stats", "gap"):
            return
        for search in [search for search in self.searches.values() if client in search.watchers]:
            if message.key not in ("", search.key):
                continue
            search.watchers.pop(client, None)
            if client.session is not None:
                client.session.lagged(search.key)
            self.counts["lagged"] += 1
            client.send(frame(Lagged(search.key)), always=True)

    def start(self) -> None:
        """Keep leases renewed and idle searches swept."""
        gevent.spawn(self._keep)

    def _keep(self) -> None:
        turn = 0
        while True:
            gevent.sleep(KEEP_S)
            turn += 1
            try:
                self.sweep()
                if (
                    turn % max(1, SEARCH_LEASE_MS // 6_000) == 0
                    or boot_clock() - self._renewed_at > SEARCH_LEASE_MS / 2_000
                ):
                    self.renew()
            except MurmurError as error:
                log.warning("leases could not be renewed: %s", error)
            except Exception:
                log.exception("searches were not kept")
