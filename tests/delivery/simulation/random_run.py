"""One random run of a simulated world: batches are offered, events happen by chance, then all work is finished."""

from __future__ import annotations

import random

from tests.delivery.simulation.post_rules import ACCOUNT, KEYS, REUSED, VERSION_STEP, batch_of
from tests.delivery.simulation.reference_watcher import ReferenceWatcher
from tests.delivery.simulation.world import Parts, SubscribedClient, World

IDS = ("demo:0", "demo:1", "demo:2", "demo:3", "demo:4")


def run(parts: Parts, seed: int, *, steps: int = 260, batches: int = 8) -> list[str]:
    """Run one random world until all work is finished; return how its watchers differ from the store."""
    chance = random.Random(seed)
    world = World(parts, chance, away=random.Random(seed))
    if seed % 5 == 4:  # drawn from its own generator, so that the other worlds stay the same
        world.bound = world.away.randint(1, 4)
    accounts = random.Random(seed) if seed % 4 == 3 else None  # as above
    if seed % 8 == 1 and parts.refuse is not None:
        world.trouble = random.Random(seed)
        parts.refuse()
    rewriting = random.Random(seed) if seed % 6 == 5 else None  # as above
    offer_batches(world, batches, accounts, rewriting)
    forgets = parts.broken == "clients without memory of retractions"
    world.clients = [
        SubscribedClient(parts.query(KEYS[n % 2]), ReferenceWatcher(forgets_retracted=forgets)) for n in range(3)
    ]
    for _ in range(steps):
        _happen(world)
    _finish(world)
    return world.wrong()


def offer_batches(
    world: World, batches: int, accounts: random.Random | None, rewriting: random.Random | None = None
) -> None:
    chance, parts = world.chance, world.parts
    versions = dict.fromkeys(IDS, 0)
    for number in range(batches):
        records = []
        for _ in range(chance.randint(1, 2)):
            post_id = chance.choice(IDS)
            versions[post_id] += chance.random() < 0.7
            deleted = chance.random() < 0.06
            if accounts is not None and accounts.random() < 0.06:
                post_id, deleted = ACCOUNT, True
            version = VERSION_STEP * (versions.get(post_id) or 1)
            if rewriting is not None and rewriting.random() < 0.5:
                post_id, version = REUSED, VERSION_STEP * rewriting.randint(1, 6)
                if rewriting.random() < 0.5:
                    version, deleted = -version - VERSION_STEP // 2, False
            records.append((abs(version), parts.record(post_id, None if deleted else version)))
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
    """A worker takes the batch of another one, which has died or goes on as a zombie."""
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


EVENTS = (_begin_one, _advance_one, _crash_one, _serve_one, _leave, _lose, _reconnect, _lapse)
WEIGHTS = (10, 40, 5, 27, 6, 3, 5, 2)


def _happen(world: World) -> None:
    world.chance.choices(EVENTS, WEIGHTS)[0](world)


def _finish(world: World) -> None:
    """Finish all work, and let every watcher come back."""
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
        world.parts.order.forget_orphans(0.0)  # as upkeep does; the low watermark stands still until then
