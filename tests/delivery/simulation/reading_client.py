"""Model of a page that keeps a read marker: a reader's column in one browser, and the marker that browsers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pipeline.query.tree import Query
from pipeline.store.contract import NEWEST, Store
from tests.delivery.simulation.reference_watcher import ReferenceWatcher


@dataclass(slots=True)
class SharedMarker:
    """The marker that the server keeps of a reader's column: the greater one wins."""

    read: int | None = None
    marked: dict[str, set[int]] = field(default_factory=dict)
    """For the test: what was read, as entry numbers by id. Numbers at or below the marker then are read everywhere."""

    def move(self, number: int) -> int:
        self.read = number if self.read is None else max(self.read, number)
        return self.read


@dataclass(slots=True)
class ReadingClient:
    """A browser's column. `order`, `registry` and `store` are those of the world."""

    query: Query
    marker: SharedMarker
    order: Any
    registry: Any
    store: Store
    watcher: ReferenceWatcher = field(default_factory=ReferenceWatcher)
    numbers: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    """Posts that were read although their number is above the marker, with that number."""
    after: int | None = None
    listening: bool = False
    live: bool = False
    told: Callable[[str, int], None] = lambda _id, _number: None

    # -- the subscription
    def subscribe(self) -> Iterator[None]:
        """Take the steps of a subscription, one at a time; from the former `after` if there is one."""
        self.listening = self.live = False
        if self.after is None:
            self.watcher.reset()
        self.registry.register({self.query.key: self.query.canonical})
        low = self.order.safe()
        yield
        self.listening = True
        yield
        safe = self.order.safe()
        yield
        since = self.after
        with self.store.reading() as reading:
            if since is None:
                page = reading.search(self.query, limit=1_000)
                bodies, entered = page.bodies, page.entered
                lost = reading.changes(self.query, after=NEWEST, removed_after=low, limit=1_000)
            else:
                removed_after = min(since, low)
                lost = reading.changes(self.query, after=since, removed_after=removed_after, limit=1_000)
                bodies, entered = lost.bodies, lost.entered
        assert not lost.overflow
        self.watcher.deleted(lost.tombstones)
        self.watcher.retract(lost.retracted)
        self.take(bodies, entered)
        self.after = max(safe, self.after or 0)
        self.live = True
        if self.marker.read is None:
            for post_id in self.watcher.have:  # a column that begins has nothing unread
                if self.numbers[post_id] <= self.after:
                    self.marker.marked.setdefault(post_id, set()).add(self.numbers[post_id])
            self.marker.move(self.after)
        self.settle()

    def lose(self) -> None:
        """Lose the connection: what is published from now on is missed."""
        self.listening = self.live = False

    def take(self, bodies: list[bytes], entered: Mapping[str, int]) -> None:
        for body in bodies:
            post = msgspec.json.decode(body)
            self.watcher.posts([(post["id"], post["version"], post.get("rewritten", 0))])
            number = entered.get(post["id"], post["first_seq"])
            self.told(post["id"], number)
            if self.watcher.have.get(post["id"]) == post["version"]:
                self.numbers[post["id"]] = number

    def receive(self, channel: str, safe: int, payload: bytes) -> None:
        """Take a message of a worker."""
        if not self.listening:
            return
        if channel.endswith(self.query.key):
            posts, _, numbers = payload.partition(b"\n")
            bodies = [msgspec.json.encode(post) for post in msgspec.json.decode(posts)]
            self.take(bodies, msgspec.json.decode(numbers) if numbers else {})
        elif not payload.startswith(b"["):
            notice = msgspec.json.decode(payload)
            if notice["type"] == "deleted":
                self.watcher.deleted(notice["ids"], notice.get("versions", {}))
            elif notice["type"] == "gone" and notice["key"] == self.query.key:
                self.watcher.retract([(post_id, version) for post_id, version in notice["posts"]])
            elif notice["type"] == "edited":
                left = [(one, version) for one, version, keys in notice["posts"] if self.query.key not in keys]
                self.watcher.retract(left)
        self.advance(safe)

    def advance(self, safe: int) -> None:
        """Take a low watermark, as each message and each tick brings it."""
        if self.live:
            self.after = max(safe, self.after or 0)
            self.settle()

    # -- the reader
    def unread(self) -> dict[str, int]:
        """Return the unread posts that are held, with their entry numbers."""
        read = self.marker.read or 0
        have = ((post_id, self.numbers[post_id]) for post_id in self.watcher.have)
        return {post_id: number for post_id, number in have if number > read and self.seen.get(post_id) != number}

    def mark_read(self) -> None:
        """Mark all that is shown as read."""
        self.seen |= self.unread()
        self.settle()

    def settle(self) -> None:
        """Move the marker as far as nothing unread lies below, and never beyond `after`."""
        if self.after is None or self.marker.read is None:
            return
        to = min([self.after, *(number - 1 for number in self.unread().values())])
        if to > self.marker.read:
            for post_id in self.watcher.have:
                if self.marker.read < self.numbers[post_id] <= to:
                    self.marker.marked.setdefault(post_id, set()).add(self.numbers[post_id])
            self.marker.move(to)
        self.seen = {post_id: number for post_id, number in self.seen.items() if number > (self.marker.read or 0)}
