"""Random interleavings of the web process's hub, sessions and refill between fakes of Redis and store.

Workers crash and go on as zombies, the Pub/Sub connection breaks, registrations lapse under a process that sleeps,
watchers come, go, lag and return. `WEB_RUNS` in the environment sets the number of runs.
"""

from __future__ import annotations

import os
from typing import Any

import gevent
import pytest

from pipeline.store.contract import NEWEST
from tests.delivery.simulation.post_rules import KEYS, parse_key
from tests.examples import examples
from tests.web.live.web_world import WebWorld, run
from web.live import session
from web.live.fanout.live_search import LiveSearch
from web.live.recovery import catch_up
from web.live.recovery.loss_tracker import Losses
from web.live.recovery.refill import Refill
from web.live.session import Session

RUNS = int(os.environ.get("WEB_RUNS", examples(400)))
MUTANT_RUNS = 4_000
_ATTEMPT, _FIRST = Refill._attempt, session._first


def test_nobody_misses_or_repeats_a_post() -> None:
    for seed in range(RUNS):
        wrong = run(seed)
        assert not wrong, f"seed {seed}: {wrong}"


def _from_now(self: Refill, search: LiveSearch, _since: int) -> bool:
    search.refill_from = now = self._order.safe()
    return _ATTEMPT(self, search, now)


def _bodies_alone(store_pool: Any, query: Any, after: int, _removed_after: int) -> Any:
    return store_pool.read(catch_up.changes_of(query, after, NEWEST))


def _reset_without_message(self: Session, watch: Any) -> None:
    self._hub.flush()
    watch.low = self._hub.safe


def _first_without_losses(reading: Any, query: Any, _low: int, history: int) -> Any:
    return _FIRST(reading, query, NEWEST, history)


def _still_watching(self: Session, key: str) -> list[str]:
    lagged = [watch for watch in self._watches.values() if watch.query.key == key and watch.search is not None]
    for watch in lagged:
        watch.lagged = True
    return [watch.request.id for watch in lagged]


MUTANTS: dict[str, tuple[Any, str, Any]] = {
    "nothing is marked as missed when the connection is lost": (Losses, "mark_missed", lambda *_: None),
    "stats carry `after` while posts are missing": (Losses, "behind", property(lambda _losses: False)),
    "a lapsed lease is no gap": (Losses, "mark_lapsed", lambda *_: None),
    "a refill reads from now": (Refill, "_attempt", _from_now),
    "a client that lagged still gets frames": (Losses, "lag", lambda *_: None),
    "watches that lagged are taken back again": (Session, "mark_lagged", _still_watching),
    "an answer leaves out retractions and deletions": (Session, "_send_losses", lambda *_: None),
    "the first page leaves out the losses before it": (session, "_first", _first_without_losses),
    "an answer in several steps leaves out the losses": (catch_up, "_in_steps", _bodies_alone),
    "too much is missed, and no client starts anew": (Session, "restart", lambda *_: None),
    "a client that starts anew keeps its old posts": (Session, "_reset", _reset_without_message),
}


# A seed whose world notices the mutant. It is tried first; if it no longer does, all seeds are tried.
NOTICED = {
    "nothing is marked as missed when the connection is lost": 64,
    "stats carry `after` while posts are missing": 2215,
    "a lapsed lease is no gap": 290,
    "a refill reads from now": 266,
    "a client that lagged still gets frames": 0,
    "watches that lagged are taken back again": 245,
    "an answer leaves out retractions and deletions": 1,
    "the first page leaves out the losses before it": 295,
    "an answer in several steps leaves out the losses": 295,
    "too much is missed, and no client starts anew": 43,
    "a client that starts anew keeps its old posts": 143,
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_rule_is_noticed(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, replacement = MUTANTS[mutant]
    monkeypatch.setattr(owner, name, replacement)

    def shows(seed: int) -> bool:
        try:
            return bool(run(seed))
        except AssertionError:
            return True

    assert any(shows(seed) for seed in (NOTICED[mutant], *range(MUTANT_RUNS))), "no world noticed the mutant"


def test_a_client_that_ends_with_its_acknowledgement_is_no_watcher() -> None:
    world = WebWorld(0)
    world.line.connect()
    while world.line.wire:
        world.line.deliver()
    leaving, staying = world.watchers[0], world.watchers[2]  # two browsers of one search
    for watcher in (leaving, staying):
        watcher.come()
    with gevent.Timeout(10):
        while world.parts.names.live(leaving.held.query) not in world.line.subscribed:
            gevent.sleep(0)
    search = world.searches.get(leaving.held.query)
    assert search is not None
    while world.line.wire:
        world.line.deliver()
    assert search.subscribed.is_set(), "both are about to be woken"
    leaving.go()
    with gevent.Timeout(10):
        while not search.watchers:
            gevent.sleep(0)
    for _ in range(20):
        gevent.sleep(0)
    assert list(search.watchers) == [staying.client]
    world.left_behind()
    assert search.idle_since is not None, "the search has no watcher and will be unsubscribed"


def test_a_search_unsubscribed_with_its_acknowledgement_is_not_watched() -> None:
    world = WebWorld(0)
    world.line.connect()
    while world.line.wire:
        world.line.deliver()
    watcher = world.watchers[0]
    watcher.come()
    with gevent.Timeout(10):
        while world.parts.names.live(watcher.held.query) not in world.line.subscribed:
            gevent.sleep(0)
    while world.line.wire:
        world.line.deliver()
    assert watcher.client is not None
    watcher.client.session.unsubscribe("a")
    for _ in range(20):
        gevent.sleep(0)
    search = world.searches.get(watcher.held.query)
    assert search is not None
    assert not search.watchers


def test_a_client_that_waits_for_the_line_still_wakes_after_another_is_killed() -> None:
    search = LiveSearch(parse_key(KEYS[0]), "channel")
    first = gevent.spawn(search.wait_for_line)
    gevent.sleep(0)

    def second() -> None:
        first.kill(block=False)
        search.subscribed.set()
        search.wait_for_line()

    waiting = gevent.spawn(second)
    waiting.join(timeout=5)
    assert waiting.successful()
