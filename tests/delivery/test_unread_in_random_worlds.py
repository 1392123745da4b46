"""Random worlds of readers: no post is counted unread twice, and none is passed over.

The product's worker, matcher, searches and stores run between fakes of Redis. Batches bring new, late and imported
posts, edits, growing counts and deletions; attempts at them die, come again and go on as zombies. Readers follow a
search in two browsers that share a marker; connections break, pages are loaded again, and markers are moved at any
moment.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.assembly import understand
from pipeline.broker.keys import Names
from pipeline.errors import BatchDone
from pipeline.match.matcher_replica import MatcherReplica
from pipeline.match.memory.matcher import MemoryMatcher
from pipeline.post import Author, Counts, Deletion, Event, Post, Upsert
from pipeline.queue.batch import RawBatch, RawRecord, encode_batch
from pipeline.store.contract import Store
from pipeline.store.memory import MemoryStore
from pipeline.store.plan.upserts import UpsertPlanner
from pipeline.store.sqlite import SqliteStore
from pipeline.worker.batch_processor import BatchProcessor
from tests.delivery.simulation.fake_parts import PassAllIntake
from tests.delivery.simulation.fake_redis import FakeClaimCheck, FakeOrder, FakeRedis, FakeRegistry, NoOp
from tests.delivery.simulation.reading_client import ReadingClient, SharedMarker
from tests.examples import examples

RUNS = int(os.environ.get("PROTOCOL_RUNS", examples(240)))
TEXTS = ("cats", "dogs", "cats dogs")
SEARCHES = tuple(understand(text) for text in ("cats", "likes:3..", "* -dogs", "cats OR likes:2.."))
STEPS = 140
NOTICED = (164, 241, 303, 436)
"""Worlds in which a batch whose attempt died must publish a post that another batch has replaced since."""


def normalised(raw: bytes, source: str, received_at: int, instance: str) -> list[Event]:
    """Return the events of a record: an id, and a version with text and likes, or the id alone for a deletion."""
    record = msgspec.json.decode(raw)
    if "text" not in record:
        return [Deletion(record["id"], received_at)]
    return [
        Upsert(
            Post(
                id=record["id"],
                version=record["version"],
                source="demo",
                created_at=record["at"],
                received_at=received_at,
                text=record["text"],
                author=Author("1", "ada"),
                counts=Counts(likes=record["likes"]),
            )
        )
    ]


class ReadersWorld:
    """One world; what happens is drawn from `chance`."""

    def __init__(self, store: Store, seed: int) -> None:
        self.chance = random.Random(seed)
        self.names = Names("m")
        self.redis = FakeRedis(self.names)
        self.order, self.claims = FakeOrder(self.redis), FakeClaimCheck(self.redis)
        self.registry = FakeRegistry(self.redis)
        self.store = store
        self.attempts: list[Iterator[str]] = []
        self.waiting: list[str] = []
        self.taken: list[str] = []
        self.steps: list[tuple[ReadingClient, Iterator[None]]] = []
        self.markers = [SharedMarker() for _ in SEARCHES]
        self.clients = [self._client(which) for which in range(len(SEARCHES)) for _ in range(2)]
        self.told: dict[tuple[str, str], set[int]] = {}
        self.wrong: list[str] = []
        self._offer_batches()

    def _client(self, which: int) -> ReadingClient:
        query = SEARCHES[which]
        client = ReadingClient(query, self.markers[which], self.order, self.registry, self.store)
        client.told = lambda post_id, number: self.told.setdefault((query.key, post_id), set()).add(number)
        return client

    def _offer_batches(self) -> None:
        chance, versions = self.chance, dict.fromkeys(range(7), 0)
        for batch in range(12):
            records = []
            for _ in range(chance.randint(1, 3)):
                number = chance.randrange(7)
                versions[number] += chance.randint(0, 2)
                record: dict[str, Any] = {"id": f"demo:{number}"}
                if chance.random() > 0.05:
                    version = 10_000 * (1 + versions[number])
                    told = {"text": chance.choice(TEXTS), "likes": chance.randrange(6), "at": chance.randrange(9)}
                    record |= {"version": version, **told} | ({"text": "cats"} if chance.random() < 0.3 else {})
                records.append(RawRecord(10**6 + batch, msgspec.json.encode(record)))
            batch_id = f"b{batch}"
            source = "import" if chance.random() < 0.2 else "demo"
            self.claims.offer(batch_id, encode_batch(RawBatch(source, records)))
            self.waiting.append(batch_id)

    # -- workers
    def start(self, batch_id: str) -> None:
        claim = self.claims.take(batch_id)
        if claim is None:
            return
        nothing: Any = NoOp()
        parts: dict[str, Any] = {"claims": self.claims, "order": self.order, "store": self.store}
        following: Any = MatcherReplica(self.registry, MemoryMatcher(), understand)  # type: ignore[arg-type]
        parts |= {"following": following, "intake": PassAllIntake(None), "dead": nothing, "counters": nothing}
        self.attempts.append(BatchProcessor(names=self.names, normalise=normalised, **parts).attempt(claim))

    def advance(self) -> None:
        if self.attempts:
            which = self.chance.randrange(len(self.attempts))
            try:
                next(self.attempts[which])
            except (StopIteration, BatchDone):
                del self.attempts[which]
        published, self.redis.published = self.redis.published, []
        for client in self.clients:
            for message in published:
                if client.listening and self.chance.random() < 0.02:
                    self.disconnect(client)
                client.receive(*message)

    def begin_or_crash(self) -> None:
        if self.waiting and self.chance.random() < 0.7:
            self.taken.append(self.waiting.pop(0))
            self.start(self.taken[-1])
        elif self.taken:
            if self.attempts and self.chance.random() < 0.5:
                del self.attempts[self.chance.randrange(len(self.attempts))]
            self.start(self.chance.choice(self.taken))

    # -- readers
    def serve(self) -> None:
        """Take a step of a subscription, or begin one: of a new page, or of one that lost its connection."""
        if self.steps and self.chance.random() < 0.8:
            which = self.chance.randrange(len(self.steps))
            self._step(which)
            return
        idle = [one for one in self.clients if not one.live and all(one is not client for client, _ in self.steps)]
        if idle:
            client = self.chance.choice(idle)
            self.steps.append((client, client.subscribe()))

    def _step(self, which: int) -> None:
        if next(self.steps[which][1], self) is self:
            del self.steps[which]

    def load_again(self) -> None:
        """Load a page anew: all that it held is gone, but what the browser stored of posts read above the marker."""
        which = self.chance.randrange(len(self.clients))
        former = self.clients[which]
        self.clients[which] = self._client(which // 2)
        self.clients[which].seen = former.seen
        self.steps = [(client, steps) for client, steps in self.steps if client is not former]

    def disconnect(self, client: ReadingClient | None = None) -> None:
        client = client or self.chance.choice(self.clients)
        client.lose()
        self.steps = [(one, steps) for one, steps in self.steps if one is not client]

    def read(self) -> None:
        client = self.chance.choice(self.clients)
        if client.live:
            client.mark_read()
        self.check()

    def tick(self) -> None:
        for client in self.clients:
            client.advance(self.order.safe())

    def check(self) -> None:
        """No post is unread that was read under the same number, in whatever browser."""
        for client in self.clients:
            if client.live:
                for post_id, number in client.unread().items():
                    if number in client.marker.marked.get(post_id, ()):
                        self.wrong.append(f"{post_id} is unread again under {number} in {client.query.text}")

    def finish(self) -> list[str]:
        """Let all work end, and return what is wrong."""
        while self.waiting or self.attempts or self.redis.open:
            while self.waiting:
                self.taken.append(self.waiting.pop(0))
                self.start(self.taken[-1])
            if not self.attempts:
                for batch_id in list(self.redis.open):
                    self.start(batch_id)
            self.advance()
        self.order.forget_orphans(0)
        self.steps = []
        for client in self.clients:
            if not client.live:
                for _ in client.subscribe():
                    pass
        self.tick()
        self.check()
        for client in self.clients:
            self._compare(client)
        return self.wrong

    def _compare(self, client: ReadingClient) -> None:
        """Compare a client with the store: what is not unread was read, and both count the same."""
        read, query = client.marker.read or 0, client.query
        with self.store.reading() as reading:
            page = reading.search(query, limit=1_000)
            counted = reading.unread(query, read=read, limit=1_000, until=self.order.safe())
        held = client.unread()
        numbers = {}
        for post in map(msgspec.json.decode, page.bodies):
            number = numbers[post["id"]] = page.entered.get(post["id"], post["first_seq"])
            was_read = number in client.marker.marked.get(post["id"], ()) or client.seen.get(post["id"]) == number
            if post["id"] not in held and not was_read:
                self.wrong.append(f"{post['id']} was passed over under {number} in {query.text}")
        if set(numbers) != set(client.watcher.have) or any(client.numbers[one] != numbers[one] for one in numbers):
            self.wrong.append(f"{query.text}: {client.watcher.have} {client.numbers} held, {numbers} stored")
        above = {one for one in client.watcher.have if client.numbers[one] > read}
        if counted.count != len(above):
            self.wrong.append(f"{query.text}: {counted.count} counted, {above} held")


def run(store: Store, seed: int) -> list[str]:
    world = ReadersWorld(store, seed)
    events: Sequence[tuple[Callable[[], None], int]] = (
        (world.begin_or_crash, 14),
        (world.advance, 40),
        (world.serve, 30),
        (world.load_again, 2),
        (world.disconnect, 3),
        (world.read, 8),
        (world.tick, 8),
    )
    happen, weights = zip(*events, strict=True)
    for _ in range(STEPS):
        world.chance.choices(happen, weights)[0]()
    return world.finish()


def test_no_post_is_unread_twice_and_none_is_passed_over() -> None:
    for seed in (*NOTICED, *range(RUNS)):
        wrong = run(MemoryStore(), seed)
        assert not wrong, f"seed {seed}: {wrong}"


@pytest.mark.parametrize(
    "broken", ["the last number", "the first number", "a marker beyond the low watermark", "a dead attempt's post"]
)
def test_a_broken_rule_is_noticed(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that goes by another number, or marks as read what may still be on its way, is caught."""
    take, settle = ReadingClient.take, ReadingClient.settle

    def take_other(client: ReadingClient, bodies: list[bytes], entered: Mapping[str, int]) -> None:
        posts = map(msgspec.json.decode, bodies)
        last = {post["id"]: post["seq"] for post in posts} if broken == "the last number" else {}
        take(client, bodies, last)

    def settle_further(client: ReadingClient) -> None:
        client.after = max([client.after or 0, *client.numbers.values()])
        settle(client)

    if broken.startswith("a dead"):
        monkeypatch.setattr(UpsertPlanner, "_again", property(lambda _: False, lambda *_: None), raising=False)
    elif broken.startswith("a marker"):
        monkeypatch.setattr(ReadingClient, "settle", settle_further)
    else:
        monkeypatch.setattr(ReadingClient, "take", take_other)
    assert any(run(MemoryStore(), seed) for seed in (*NOTICED, *range(100)))


def test_no_post_is_unread_twice_and_none_is_passed_over_in_sqlite(tmp_path: Path) -> None:
    for seed in range(examples(24)):
        store = SqliteStore(tmp_path / str(seed))
        wrong = run(store, 10_000 + seed)
        store.close()
        assert not wrong, f"seed {seed}: {wrong}"
