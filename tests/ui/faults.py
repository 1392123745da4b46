"""Faults of the simulated server, by the state of the page that each causes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.ui.simulator import Simulator

HOUR = 3_600_000
NOON = 1_773_489_600_000  # 2026-03-14T12:00:00Z


def down(world: Simulator) -> None:
    world.sources = [_source("x", "down", NOON - 90_000, "401 Unauthorized")]


def ended(world: Simulator) -> None:
    world.sources = [_source("replay", "ended", NOON - 120_000, "")]


def _source(name: str, state: str, since: int, detail: str) -> dict[str, Any]:
    return {"name": name, "state": state, "since": since, "lag_s": None, "detail": detail, "generated": False}


def lost(world: Simulator) -> None:
    world.refuse_sockets = True
    world.drop(1012)


def lagged(world: Simulator) -> None:
    world.stalled = True
    world.lag()


def signed_out(world: Simulator) -> None:
    world.locked = True
    world.drop(4401)


def sampling(world: Simulator) -> None:
    spent = "4,000 of 5,000 posts this month: only a sample is read, a few posts every 10 minutes"
    world.sources = [_source("x", "sampling", NOON - 2 * HOUR, spent)]


def resting(world: Simulator) -> None:
    spent = "4,900 of 5,000 posts this month: no more is read until 01 April 00:00 UTC"
    world.sources = [_source("x", "resting", NOON - 2 * HOUR, spent)]


def store_away(world: Simulator) -> None:
    world.outage = {"since": NOON - 90_000, "why": "the disk is full"}


def too_slow(world: Simulator) -> None:
    world.broken = {"subscribe"}
    world.drop(1012)


Fault = Callable[[Simulator], None]
FAULTS: dict[str, Fault] = {
    "source-down": down,
    "replay-ended": ended,
    "reconnecting": lost,
    "lagged": lagged,
    "signed-out": signed_out,
    "sampling": sampling,
    "resting": resting,
    "store-away": store_away,
    "search-failed": too_slow,
}
KINDS = {"sampling": "resting"}
"""Name of the page's state, where it differs from that of the fault."""
