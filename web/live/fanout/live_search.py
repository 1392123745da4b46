"""Live searches of a web process: each one's watchers, subscription, posts that wait for a frame, and what it missed.

`SearchTable` finds them by key and by Pub/Sub channel.
"""

from __future__ import annotations

from collections.abc import Iterator

from gevent.event import Event

from pipeline.query.tree import Query
from web.live.clients.client import Client


class LiveSearch:
    """One search that this process watches for its clients."""

    __slots__ = (
        "after",
        "bodies",
        "channel",
        "doubt",
        "entered",
        "full",
        "idle_since",
        "query",
        "refill_from",
        "size",
        "subscribed",
        "watchers",
    )

    def __init__(self, query: Query, channel: str) -> None:
        self.query = query
        self.channel = channel
        self.watchers: dict[Client, int] = {}
        """Clients, each with the number of its watches of this search."""
        self.subscribed = Event()
        """Set while the channel is subscribed."""
        self.bodies: list[bytes] = []
        """JSON of the posts that wait for the next frame."""
        self.size = 0
        """Bytes of `bodies` and a comma each, and of the numbers."""
        self.entered: dict[str, int] = {}
        """Entry numbers of the posts that wait, by id, where they differ from the first numbers."""
        self.after = 0
        """Low watermark that came with the last of `bodies`."""
        self.full: list[tuple[int, list[bytes], dict[str, int]]] = []
        """(after, bodies, entry numbers) of full frames that go out before `bodies`."""
        self.refill_from: int | None = None
        """Sequence number above which posts may be missing, None where the search is complete."""
        self.idle_since: float | None = None
        """When the last watcher left (monotonic), None while the search is watched."""
        self.doubt = 0
        """Non-zero after the search's lease lapsed: until it clears, the absence of a match proves nothing."""

    @property
    def key(self) -> str:
        """The search's key."""
        return self.query.key

    def wait_for_line(self) -> None:
        """Wait until the channel is subscribed; the subscription may be lost again when this returns.

        An event that is set must not be waited for: gevent puts such a waiter behind those that it is about to wake,
        and forgets it when the last of them is killed before.
        """
        if not self.subscribed.is_set():
            self.subscribed.wait()


class SearchTable:
    """The live searches of a process, by key and by channel."""

    def __init__(self) -> None:
        self._by_key: dict[str, LiveSearch] = {}
        self._by_channel: dict[bytes, LiveSearch] = {}

    def __iter__(self) -> Iterator[LiveSearch]:
        """Iterate over a copy, so that the table may change meanwhile."""
        return iter(list(self._by_key.values()))

    def __len__(self) -> int:
        """Return the number of searches."""
        return len(self._by_key)

    def get(self, key: str) -> LiveSearch | None:
        """Return the search of a key."""
        return self._by_key.get(key)

    def of_channel(self, channel: bytes) -> LiveSearch | None:
        """Return the search of a channel."""
        return self._by_channel.get(channel)

    def add(self, search: LiveSearch) -> None:
        """Add a search."""
        self._by_key[search.key] = search
        self._by_channel[search.channel.encode()] = search

    def remove(self, search: LiveSearch) -> None:
        """Remove a search."""
        del self._by_key[search.key]
        del self._by_channel[search.channel.encode()]
