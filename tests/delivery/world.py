"""Random interleavings of the delivery protocol: workers that crash, zombies, a web process that loses its connection,
watchers that come, go and return, registrations that lapse. Does everybody end with the exact set?

The worker's side is the product's own code, one step at a time, over twins or over real parts; the web process is a
model of docs/delivery.md, "In the web process". `broken` names a rule of its own side to break.
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
from pipeline.publish.order import Order
from pipeline.query.tree import Query
from pipeline.queue.claim_check import Claims
from pipeline.store.contract import NEWEST, Changes
from pipeline.worker.ingest import Ingest
from tests.delivery.twins import ACCOUNT, KEYS, VERSION_STEP, batch_of
from tests.delivery.watcher import Watcher

IDS = ("demo:0", "demo:1", "demo:2", "demo:3", "demo:4")


class Bus(Protocol):
    """One web process's Pub/Sub connection."""

    def subscribe(self, key: str) -> None:
        """Subscribe to a search, and wait until that holds."""
        ...

    def heard(self) -> Sequence[tuple[str, int, bytes]]:
        """Return (channel, safe, payload) of what came since last time."""
        ...

    def cut(self) -> None:
        """Lose the connection, and what is in it."""
        ...

    def connect(self, keys: Sequence[str]) -> None:
        """Make a new one, subscribed to searches and notices."""
        ...


@dataclass(slots=True, kw_only=True)
class Parts:
    """What a world is made of: the product's own, or twins of it."""

    names: Names
    claims: Claims | Any
    order: Order | Any
    registry: Registry | Any
    store: Any
    bus: Bus
    ingest: Callable[[], Ingest]
    lapse: Callable[[str], None]
    query: Callable[[str], Query]
    record: Callable[[str, int | None], bytes]
    broken: str = ""
    refuse: Callable[[], None] | None = None
    """From now on the store refuses some posts."""
    fail_commit: Callable[[int], None] | None = None
    """Lets the next COMMIT fail after so many messages."""


@dataclass(slots=True)
class Client:
    """A watcher and how far its subscription has come."""

    query: Query
    watcher: Watcher
    step: int = -1
    after: int = 0
    ever: bool = False
    """Whether it was once answered: then it comes back with `after`, else it starts from nothing."""
    w0: int = 0
    w: int = 0


@dataclass(slots=True)
class World:
    """One run."""

    parts: Parts
    chance: random.Random
    connected: bool = True
    h: int = 0
    subscribed: set[str] = field(default_factory=set)
    clients: list[Client] = field(default_factory=list)
    attempts: list[tuple[str, Iterator[str]]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    bound: int | None = None
    """How many rows are read at once to catch up, in a world where that is few."""
    away: random.Random = field(default_factory=random.Random)
    all_batches: list[str] = field(default_factory=list)
    trouble: random.Random | None = None
    """Not None: a store that refuses single posts, and commits that fail after persisting."""

    # -- workers
    def start(self, batch_id: str) -> None:
        """Begin an attempt in a worker of its own."""
        claim = self.parts.claims.take(batch_id)
        if claim is not None:
            self.attempts.append((batch_id, self.parts.ingest().attempt(claim)))

    def advance(self, at: int) -> None:
        """Take one step of an attempt. In a world of trouble it may raise, and its batch comes again."""
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
        """Hand on what came over the connection, which may break in the middle of it."""
        heard = self.parts.bus.heard()
        if breaks and self.connected and len(heard) > 1:
            heard = heard[: self.chance.randrange(1, len(heard))]
        else:
            breaks = False
        self._hand_on(heard)
        if breaks:
            self.lose()

    def _hand_on(self, heard: Sequence[tuple[str, int, bytes]]) -> None:
        for channel, safe, payload in heard:
            if not self.connected:
                continue
            self.h = max(self.h, safe)
            told = msgspec.json.decode(payload)
            notice = channel == self.parts.names.notices
            for client in self.clients:
                if client.step < 2:
                    continue
                if notice:
                    _tell(client, told)
                elif channel == self.parts.names.live(client.query.key):
                    client.watcher.posts([(post["id"], post["version"]) for post in told])
                else:
                    continue
                if client.step == 4:
                    client.after = max(client.after, safe)

    def answer(self, client: Client, after: int | None, lower: int) -> bool:
        """Read the store for a client: what it may have missed. Where that is too much it starts anew; False where that
        is too much as well, and it begins once more."""
        query = client.query
        changes = self._changes(query, after, lower)
        if changes.overflow and after is not None and self.parts.broken != "too much is taken for all":
            client.watcher.reset()
            after, lower = None, self.h if client.step == 4 else client.w0
            changes = self._changes(query, after, lower)
        if changes.overflow and self.parts.broken != "too much is taken for all":
            client.step, client.ever = -1, False
            return False
        with self.parts.store.reading() as reading:
            bodies = [] if after is not None else reading.search(query, limit=500).bodies
        client.watcher.deleted(changes.tombstones)
        if self.parts.broken != "no gone in answers":
            client.watcher.gone(changes.retracted)
        posts = [msgspec.json.decode(body) for body in [*bodies, *changes.bodies]]
        client.watcher.posts([(post["id"], post["version"]) for post in posts])
        return True

    def _changes(self, query: Query, after: int | None, lower: int) -> Changes:
        """Read what changed, in a world of a small bound also by steps; out of time, it is too much."""
        after = NEWEST if after is None else after
        with self.parts.store.reading() as reading:
            if self.bound is None:
                whole: Changes = reading.changes(query, after=after, removed_after=lower, limit=2_000)
                return whole
            changes: Changes = reading.changes(query, after=after, removed_after=NEWEST, limit=self.bound)
        if changes.overflow or self.away.random() < 0.05:
            return Changes(overflow=True)
        gone, tombstones = list[tuple[str, int]](), list[str]()
        for _ in range(3):
            with self.parts.store.reading() as reading:
                until = reading.step_end(lower, limit=self.bound, changed=True)
                end = NEWEST if until is None else until
                step = reading.changes(query, after=NEWEST, removed_after=lower, until=end, limit=self.bound)
            gone += step.retracted
            tombstones += step.tombstones
            if step.overflow or until is None:
                return Changes(changes.bodies, gone, tombstones, step.overflow)
            lower = until
            self.listen()
        return Changes(overflow=True)

    def serve(self, client: Client) -> None:
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
        """The Pub/Sub connection breaks."""
        self.parts.bus.cut()
        self.connected = False

    def reconnect(self) -> None:
        """A new connection, and for every watcher what was published meanwhile."""
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


def run(parts: Parts, seed: int, *, steps: int = 260, batches: int = 8) -> list[str]:
    """Run one random world to its calm end; return what is wrong with it."""
    chance = random.Random(seed)
    world = World(parts, chance, away=random.Random(seed))
    if seed % 5 == 4:  # out of a source of its own: the other worlds stay as they are
        world.bound = world.away.randint(1, 4)
    accounts = random.Random(seed) if seed % 4 == 3 else None  # a source of its own: the other worlds stay as they are
    if seed % 8 == 1 and parts.refuse is not None:
        world.trouble = random.Random(seed)
        parts.refuse()
    _offer(world, batches, accounts)
    forgets = parts.broken == "clients without memory of gone"
    world.clients = [Client(parts.query(KEYS[n % 2]), Watcher(forgets_gone=forgets)) for n in range(3)]
    for _ in range(steps):
        _something_happens(world)
    _calm(world)
    return world.wrong()


def _offer(world: World, batches: int, accounts: random.Random | None) -> None:
    chance, parts = world.chance, world.parts
    versions = dict.fromkeys(IDS, 0)
    for number in range(batches):
        records = []
        for _ in range(chance.randint(1, 2)):
            post_id = chance.choice(IDS)
            versions[post_id] += chance.random() < 0.7
            gone = chance.random() < 0.06
            if accounts is not None and accounts.random() < 0.06:
                post_id, gone = ACCOUNT, True
            records.append(parts.record(post_id, None if gone else VERSION_STEP * (versions[post_id] or 1)))
        batch_id = f"b{number}"
        parts.claims.offer(batch_id, batch_of(records))
        world.waiting.append(batch_id)
        world.all_batches.append(batch_id)


def _begin_one(world: World) -> None:
    if world.waiting:
        world.start(world.waiting.pop(0))


def _advance_one(world: World) -> None:
    if world.attempts:
        world.advance(world.chance.randrange(len(world.attempts)))


def _crash_one(world: World) -> None:
    """A worker dies and another takes its batch; or it does not die, a zombie beside its twin."""
    if world.attempts:
        which = world.chance.randrange(len(world.attempts))
        batch_id = world.attempts[which][0]
        if world.chance.random() < 0.5:
            del world.attempts[which]
        world.start(batch_id)


def _serve_one(world: World) -> None:
    world.serve(world.chance.choice(world.clients))


def _leave(world: World) -> None:
    world.chance.choice(world.clients).step = -1


def _lose(world: World) -> None:
    if world.connected:
        world.lose()


def _reconnect(world: World) -> None:
    if not world.connected:
        world.reconnect()


def _lapse(world: World) -> None:
    key = world.parts.query(world.chance.choice(KEYS)).key
    if not any(client.step >= 0 and client.query.key == key for client in world.clients):
        world.parts.lapse(key)
        world.parts.registry.expire()
        world.subscribed.discard(key)


HAPPENINGS = (_begin_one, _advance_one, _crash_one, _serve_one, _leave, _lose, _reconnect, _lapse)
WEIGHTS = (10, 40, 5, 27, 6, 3, 5, 2)


def _something_happens(world: World) -> None:
    world.chance.choices(HAPPENINGS, WEIGHTS)[0](world)


def _calm(world: World) -> None:
    """Everything is finished, and everybody comes back."""
    if not world.connected:
        world.reconnect()
    for batch_id in world.waiting:
        world.start(batch_id)
    world.waiting.clear()
    for _ in range(2_000):
        if not world.connected:
            world.reconnect()
        if not world.attempts:
            _begin_all(world)
        unready = [client for client in world.clients if client.step < 4]
        if not unready and not world.attempts:
            break
        if world.attempts:
            world.advance(world.chance.randrange(len(world.attempts)))
        if unready:
            world.serve(world.chance.choice(unready))
    world.listen()


def _begin_all(world: World) -> None:
    for batch_id in world.all_batches:
        world.start(batch_id)
    if world.bound is not None:
        world.parts.order.forget_orphans(0.0)  # upkeep does; `safe` stands still till then


def _tell(client: Client, told: dict[str, Any]) -> None:
    if told["type"] == "deleted":
        client.watcher.deleted(told["ids"])
    elif told["type"] == "gone" and told["key"] == client.query.key:
        client.watcher.gone([(post_id, version) for post_id, version in told["posts"]])
    elif told["type"] == "edited":
        client.watcher.gone(
            [(post_id, version) for post_id, version, keys in told["posts"] if client.query.key not in keys]
        )
