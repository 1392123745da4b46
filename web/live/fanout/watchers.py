"""Watchers of searches: clients enter and leave; the first one subscribes the search's channel, an idle one is dropped.

Entering waits until the channel is subscribed. A search without watchers stays `IDLE_S`, for a browser that reloads.
"""

from __future__ import annotations

import time

from pipeline.broker.keys import Names
from pipeline.query.tree import Query
from web.live.clients.client import Client
from web.live.fanout.broadcaster import Broadcaster
from web.live.fanout.live_search import LiveSearch, SearchTable
from web.live.fanout.pubsub_commands import PubSubCommands
from web.live.recovery.loss_tracker import Losses

IDLE_S = 10.0
"""Seconds that a search without watchers stays subscribed, for a browser that reloads."""


class Watchers:
    """Clients enter and leave searches."""

    def __init__(
        self,
        searches: SearchTable,
        names: Names,
        commands: PubSubCommands,
        broadcaster: Broadcaster,
        losses: Losses,
    ) -> None:
        self._searches = searches
        self._names = names
        self._commands = commands
        self._broadcaster = broadcaster
        self._losses = losses

    def enter(self, query: Query, client: Client) -> LiveSearch | None:
        """Subscribe a search, wait for the acknowledgement, and add the client to its watchers.

        Returns:
            The search; None where the client ended meanwhile, since no second end would take it out again.
        """
        while True:
            search = self._searches.get(query.key)
            if search is None:
                search = LiveSearch(query, self._names.live(query.key))
                self._searches.add(search)
                self._commands.subscribe(search.channel)
            search.idle_since = None
            search.wait_for_line()
            if client.ended:
                return None
            if search.subscribed.is_set() and self._searches.get(query.key) is search:
                search.watchers[client] = search.watchers.get(client, 0) + 1
                search.idle_since = None
                self._losses.clear_doubt(search)
                return search

    def leave(self, search: LiveSearch, client: Client) -> None:
        """Take back one watch of a client; all watches of one that lagged were taken out at once (`Losses.lag`)."""
        count = search.watchers.get(client, 0) - 1
        if count > 0:
            search.watchers[client] = count
        else:
            search.watchers.pop(client, None)
        if not search.watchers and search.idle_since is None:
            search.idle_since = time.monotonic()

    def sweep(self) -> None:
        """Unsubscribe the searches that had no watcher for `IDLE_S`; their leases run out by themselves."""
        limit = time.monotonic() - IDLE_S
        for search in self._searches:
            if search.watchers:
                search.idle_since = None
            elif search.idle_since is None:
                search.idle_since = time.monotonic()
            elif search.idle_since < limit:
                self._searches.remove(search)
                self._broadcaster.forget(search)
                search.subscribed.set()  # a client that waits wakes and finds that the key has another search
                self._commands.unsubscribe(search.channel)
