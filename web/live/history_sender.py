"""History sender: sends the stored posts of a watch, page by page as the client reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import gevent

from pipeline.publish.messages import NO_NUMBERS, numbered_portions
from pipeline.query.tree import Query
from pipeline.store.contract import Page, Reading
from web.live.clients.client import Client
from web.live.watch import Watch
from web.protocol.frames import history_frame
from web.store_pool import StorePool

FIRST_LOOK_S = 0.25
"""Seconds between the first page of a history and the rest: on one machine the browser needs the processor to draw."""
HISTORY_PAGE_POSTS = 250


class HistorySender:
    """Sends stored posts of a watch, as fast as the client's outbox empties."""

    __slots__ = ("_client", "_store_pool")

    def __init__(self, client: Client, store_pool: StorePool) -> None:
        self._client = client
        self._store_pool = store_pool

    def send_pages(self, watch: Watch, page: Page) -> None:
        """Send page after page, each from a view of its own.

        `created_at` never changes, so no post stored before the first view can fall between two pages, and a post
        stored later arrives live.
        """
        left = watch.request.history
        pause_s = FIRST_LOOK_S
        while True:
            self.send_bodies(watch, page.bodies, page.entered)
            left -= len(page.bodies)
            before, limit = page.next, min(left, HISTORY_PAGE_POSTS)
            if before is None or limit <= 0 or not watch.may_send or not self._client.wait_for_room():
                return
            gevent.sleep(pause_s)
            pause_s = 0
            page = self._store_pool.read(_next_page(watch.query, limit, before))

    def send_bodies(self, watch: Watch, bodies: list[bytes], entered: Mapping[str, int]) -> None:
        """Send posts, with the entry numbers that differ from their first numbers, in frames of a bounded size."""
        for part, numbers in numbered_portions(bodies, entered):
            self._send(watch, part, numbers)

    def finish(self, watch: Watch, safe: int) -> None:
        """Send the last frame of a history: from now on the client may resume from `safe`."""
        self._send(watch, [], NO_NUMBERS, safe)

    def _send(self, watch: Watch, part: list[bytes], entered: Mapping[str, int], after: int | None = None) -> None:
        if watch.may_send and self._client.wait_for_room() and watch.may_send:
            self._client.send(history_frame(watch.request.id, watch.query.key, part, entered, after))


def _next_page(query: Query, limit: int, before: str) -> Callable[[Reading], Page]:
    return lambda reading: reading.search(query, limit=limit, before=before)
