"""A simulated world: workers that crash or go on as zombies, a web process that loses its connection, and watchers.

Watchers come, go and return; registrations lapse. The worker's side is the product's own code, one step at a time, on
fakes or on real parts. The web process is a model of docs/design/delivery.md, "In the web process". `broken` names a
rule of the protocol to break.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import BrokerRefused
from pipeline.errors import BatchDone, StoreError
from pipeline.match.search_registry import Registry
from pipeline.publish.publication_order import PublicationOrder
from pipeline.query.tree import Query
from pipeline.queue.claim_check import ClaimCheck
from pipeline.store.contract import NEWEST, Changes
from pipeline.worker.batch_processor import BatchProcessor
from tests.delivery.simulation.reference_watcher import ReferenceWatcher


class Bus(Protocol):
    """One web process's Pub/Sub connection."""

    def subscribe(self, key: str) -> None:
        """Subscribe to a search, and wait for the acknowledgement."""
        ...

    def received(self) -> Sequence[tuple[str, int, bytes]]:
        """Return (channel, low watermark, payload) of the messages since the last call."""
        ...

    def cut(self) -> None:
        """Lose the connection and the messages in it."""
        ...

    def connect(self, keys: Sequence[str]) -> None:
        """Connect anew, subscribed to searches and notices."""
        ...


@dataclass(slots=True, kw_only=True)
class Parts:
    """The parts of a world: the product's own, or fakes."""

    names: Names
    claims: ClaimCheck | Any
    order: PublicationOrder | Any
    registry: Registry | Any
    store: Any
    bus: Bus
    worker: Callable[[], BatchProcessor]
    lapse: Callable[[str], None]
    query: Callable[[str], Query]
    record: Callable[[str, int | None], bytes]
    broken: str = ""
    refuse: Callable[[], None] | None = None
    """Make the store refuse some posts from now on."""
    fail_commit: Callable[[int], None] | None = None
    """Make the next COMMIT fail after a number of messages."""


@dataclass(slots=True)
class SubscribedClient:
    """A watcher, and the step that its subscription has reached."""

    query: Query
    watcher: ReferenceWatcher
    step: int = -1
    after: int = 0
    ever: bool = False
    """Whether the client got an answer: then it returns with `after`, else it starts without posts."""
    w0: int = 0
    w: int = 0


@dataclass(slots=True)
class World:
    """The state of one run."""

    parts: Parts
    chance: random.Random
    connected: bool = True
    h: int = 0
    subscribed: set[str] = field(default_factory=set)
    clients: list[SubscribedClient] = field(default_factory=list)
    attempts: list[tuple[str, Iterator[str]]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    bound: int | None = None
    """Rows read at once to catch up, in worlds with a small bound."""
    away: random.Random = field(default_factory=random.Random)
    all_batches: list[str] = field(default_factory=list)
    trouble: random.Random | None = None
    """Not None: the store refuses single posts, and commits fail after persisting."""

    # -- workers
    def start(self, batch_id: str) -> None:
        """Begin an attempt in a new worker."""
        claim = self.parts.claims.take(batch_id)
        if claim is not None:
            self.attempts.append((batch_id, self.parts.worker().attempt(claim)))

    def advance(self, at: int) -> None:
        """Take one step of an attempt. With `trouble` the step may raise, and the batch comes again."""
        if self.trouble is not None and self.parts.fail_commit is not None and self.trouble.random() < 0.1:
            self.parts.fail_commit(self.trouble.randrange(3))
        try:
            next(self.attempts[at][1])
        except (StopIteration, BatchDone):
            del self.attempts[at]
        except (BrokerRefused, StoreError):
            if self.trouble is None:
                raise
            del self.attempts[at]
        self.listen(breaks=self.chance.random() < 0.03)

    # -- the web process
    def listen(self, *, breaks: bool = False) -> None:
        """Deliver the messages of the connection, which may break between two of them."""
        messages = self.parts.bus.received()
        if breaks and self.connected and len(messages) > 1:
            messages = messages[: self.chance.randrange(1, len(messages))]
        else:
            breaks = False
        self._deliver(messages)
        if breaks:
            self.lose()

    def _deliver(self, messages: Sequence[tuple[str, int, bytes]]) -> None:
        for channel, safe, payload in messages:
            if not self.connected:
                continue
            self.h = max(self.h, safe)
            content = msgspec.json.decode(payload.partition(b"\n")[0])  # entry numbers stand on a line of their own
            notice = channel == self.parts.names.notices
            for client in self.clients:
                if client.step < 2:
                    continue
                if notice:
                    _apply_notice(client, content)
                elif channel == self.parts.names.live(client.query.key):
                    client.watcher.posts(map(_told, content))
                else:
                    continue
                if client.step == 4:
                    client.after = max(client.after, safe)

    def answer(self, client: SubscribedClient, after: int | None, lower: int) -> bool:
        """Read the changes that a client may have missed; start it anew if they are too many. False if that fails."""
        query = client.query
        changes = self._changes(query, after, lower)
        if changes.overflow and after is not None and self.parts.broken != "an overflow is taken for complete":
            client.watcher.reset()
            after, lower = None, self.h if client.step == 4 else client.w0
            changes = self._changes(query, after, lower)
        if changes.overflow and self.parts.broken != "an overflow is taken for complete":
            client.step, client.ever = -1, False
            return False
        with self.parts.store.reading() as reading:
            bodies = [] if after is not None else reading.search(query, limit=500).bodies
        client.watcher.deleted(changes.tombstones)
        if self.parts.broken != "no retractions in answers":
            client.watcher.retract(changes.retracted)
        posts = [msgspec.json.decode(body) for body in [*bodies, *changes.bodies]]
        client.watcher.posts(map(_told, posts))
        return True

    def _changes(self, query: Query, after: int | None, lower: int) -> Changes:
        """Read the changes, with a small bound in several steps; overflow if there are too many or time runs out."""
        after = NEWEST if after is None else after
        with self.parts.store.reading() as reading:
            if self.bound is None:
                whole: Changes = reading.changes(query, after=after, removed_after=lower, limit=2_000)
                return whole
            changes: Changes = reading.changes(query, after=after, removed_after=NEWEST, limit=self.bound)
        if changes.overflow or self.away.random() < 0.05:
            return Changes(overflow=True)
        retracted, tombstones = list[tuple[str, int]](), list[str]()
        for _ in range(3):
            with self.parts.store.reading() as reading:
                until = reading.step_end(lower, limit=self.bound, changed=True)
                end = NEWEST if until is None else until
                step = reading.changes(query, after=NEWEST, removed_after=lower, until=end, limit=self.bound)
            retracted += step.retracted
            tombstones += step.tombstones
            if step.overflow or until is None:
                return Changes(changes.bodies, retracted, tombstones, step.overflow)
            lower = until
            self.listen()
        return Changes(overflow=True)

    def serve(self, client: SubscribedClient) -> None:
        """Take one step of a subscription."""
        parts = self.parts
        if client.step == -1:
            client.step = 0
            if not client.ever:
                client.watcher.reset()
            return
        if not self.connected:
            return
        if client.step == 0:
            parts.registry.register({client.query.key: client.query.canonical})
        elif client.step == 1:
            client.w0 = parts.order.safe()
            parts.bus.subscribe(client.query.key)
            self.subscribed.add(client.query.key)
        elif client.step == 2:
            client.w = parts.order.safe()
        elif client.step == 3:
            after = client.after if client.ever else None
            lower = client.w if parts.broken == "a lower bound read after SUBSCRIBE" else client.w0
            if not self.answer(client, after, lower if after is None else min(after, lower)):
                return
            client.after, client.ever = max(client.after, client.w), True
        else:
            return
        client.step += 1
        self.listen()

    def lose(self) -> None:
        """Lose the Pub/Sub connection."""
        self.parts.bus.cut()
        self.connected = False

    def reconnect(self) -> None:
        """Connect anew, and read for every watcher what was published meanwhile."""
        parts = self.parts
        parts.bus.connect(sorted(self.subscribed))
        self.connected = True
        whole = [client for client in self.clients if client.step == 4]
        for client in whole:
            parts.registry.register({client.query.key: client.query.canonical})
        w = parts.order.safe()
        for client in whole:
            since = w if parts.broken == "refill from now" else min(self.h, client.after)
            if self.answer(client, since, since):
                client.after = max(client.after, w)
        self.h = max(self.h, w)

    def wrong(self) -> list[str]:
        """Return how the watchers differ from the store."""
        found = [f"{batch_id} is still open" for batch_id in self.all_batches if self.parts.claims.is_open(batch_id)]
        for client in self.clients:
            with self.parts.store.reading() as reading:
                bodies = reading.search(client.query, limit=500).bodies
            want = {post["id"]: post["version"] for post in map(msgspec.json.decode, bodies)}
            if client.watcher.have != want:
                found.append(f"{client.query.text}: has {client.watcher.have}, stored are {want}")
        return found


def _told(post: dict[str, Any]) -> tuple[str, int, int]:
    return post["id"], post["version"], post["rewritten"]


def _apply_notice(client: SubscribedClient, content: dict[str, Any]) -> None:
    if content["type"] == "deleted":
        client.watcher.deleted(content["ids"], content.get("versions", {}))
    elif content["type"] == "gone" and content["key"] == client.query.key:
        client.watcher.retract([(post_id, version) for post_id, version in content["posts"]])
    elif content["type"] == "edited":
        client.watcher.retract(
            [(post_id, version) for post_id, version, keys in content["posts"] if client.query.key not in keys]
        )
