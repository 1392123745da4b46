"""Notices to every web process (tick, source, deleted, gone, edited, gap, deck): passes each to the clients concerned.

Upkeep, readers, workers and web processes send them. A deletion also drops the post's pictures; an edited post is
retracted from the searches that it no longer matches.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec

from web.live.fanout.broadcaster import Broadcaster
from web.live.fanout.deck_followers import DeckFollowers
from web.live.fanout.lease_clock import LeaseClock
from web.live.fanout.live_search import LiveSearch, SearchTable
from web.live.status_line import StatusLine
from web.protocol.frames import frame, frames
from web.protocol.server_messages import DeckChanged, Deleted, Gap, Gone

log = logging.getLogger("web.live.notices")


class Notices:
    """Handles notices.

    Args:
        on_deleted: called with the ids of posts that were deleted at their source; must not block.
    """

    def __init__(
        self,
        searches: SearchTable,
        broadcaster: Broadcaster,
        clock: LeaseClock,
        status: StatusLine,
        on_deleted: Callable[[list[str]], None],
    ) -> None:
        self._searches = searches
        self._broadcaster = broadcaster
        self._clock = clock
        self._status = status
        self._on_deleted = on_deleted
        self.followers = DeckFollowers()

    def handle(self, body: bytes) -> None:
        """Handle a notice; one that cannot be read is logged."""
        try:
            notice = msgspec.json.decode(body)
            self._handle(notice["type"], notice)
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
            log.warning("a notice cannot be read: %s", error)

    def _handle(self, kind: str, notice: dict[str, Any]) -> None:
        if kind == "tick":
            self._status.on_tick(notice)
        elif kind == "source":
            self._status.on_source(notice)
        elif kind == "deleted":
            self._on_deleted(notice["ids"])
            for part in frames(Deleted(notice["ids"], notice.get("versions", msgspec.UNSET))):
                self._broadcaster.broadcast(part)
        elif kind == "gone":
            search = self._searches.get(notice["key"])
            if search is not None and search.watchers:
                self._retract(search, [(post[0], post[1]) for post in notice["posts"]])
        elif kind == "edited":
            self._on_edited(notice["posts"])
        elif kind == "gap":
            self._broadcaster.broadcast(frame(Gap(notice["source"], notice["from"], notice["to"], notice["why"])))
        elif kind == "deck":
            self.followers.tell(DeckChanged(notice["deck"], notice["revision"], notice["part"]))

    def _retract(self, search: LiveSearch, posts: list[tuple[str, int]]) -> None:
        self._broadcaster.flush_search(search)
        for part in frames(Gone(search.key, posts)):
            self._broadcaster.send(search, part)

    def _on_edited(self, posts: list[Any]) -> None:
        """Retract edited posts from every search that the notice does not list as still matching.

        An edited post's former version is unknown, so the notice lists the searches that match the new one. The list
        proves nothing for a search in doubt, which the workers may not know: its refill reads the retractions.
        """
        if self._clock.slept:
            return
        matching = [(post[0], post[1], set(post[2])) for post in posts]
        for search in self._searches:
            retracted = [(post_id, version) for post_id, version, keys in matching if search.key not in keys]
            if retracted and search.watchers and not search.doubt:
                self._retract(search, retracted)
