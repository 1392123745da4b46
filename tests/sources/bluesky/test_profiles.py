"""Profiles: requested in batches from an API of this machine that refuses, answers oddly, and is asked politely."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from pipeline.sources.bluesky import profiles as module
from pipeline.sources.bluesky.profiles import ACCOUNTS_A_REQUEST, WAITING, Profiles
from pipeline.sources.bluesky.source import BlueskySource
from tests.sources.background_reading import Reading, until
from tests.sources.simulators.bluesky_api import BlueskyApi
from tests.sources.simulators.jetstream import DID, Jetstream


@pytest.fixture
def api() -> Iterator[BlueskyApi]:
    with BlueskyApi() as found:
        yield found


@pytest.fixture
def server() -> Iterator[Jetstream]:
    with Jetstream() as found:
        yield found


def now_us() -> int:
    return int(time.time() * 1e6)


def _reading(server: Jetstream, api: BlueskyApi) -> Reading:
    return Reading(BlueskySource((server.url,), api.url))


def test_many_are_asked_for_in_batches(api: BlueskyApi) -> None:
    api.everybody = True
    people = [f"did:plc:p{number}" for number in range(60)]
    profiles = Profiles(api.url)
    for did in people:
        assert profiles.find(did) is None
    profiles.start()
    until(lambda: all(profiles.find(did) for did in people))
    profiles.stop()
    assert [len(dids) for dids in api.asked] == [ACCOUNTS_A_REQUEST, ACCOUNTS_A_REQUEST, 10]


def test_refusing_api_is_left_alone_as_long_as_it_says_and_asked_again(api: BlueskyApi) -> None:
    api.everybody = True
    api.statuses.append((429, {"Retry-After": "3"}))
    profiles = Profiles(api.url)
    profiles.start()
    profiles.find(DID)
    until(lambda: api.asked)
    began = time.monotonic()
    until(lambda: profiles.find(DID))
    profiles.stop()
    assert time.monotonic() - began > 2.5, "a wait that was asked for, not one that is measured"
    assert api.asked == [[DID], [DID]]


def test_odd_profile_costs_no_other(api: BlueskyApi) -> None:
    api.know("did:plc:bob", "bob.example")
    api.accounts[DID] = {"did": DID, "handle": 5}
    profiles = Profiles(api.url)
    profiles.find(DID)
    profiles.find("did:plc:bob")
    profiles.start()
    until(lambda: profiles.find("did:plc:bob"))
    profiles.stop()
    assert profiles.find(DID) is None


def test_what_waits_and_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch, api: BlueskyApi) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 30)
    api.everybody = True
    profiles = Profiles(api.url)
    for number in range(WAITING + 500):
        profiles.find(f"did:plc:p{number}")
    assert len(profiles._wanted) == WAITING
    profiles.start()
    until(lambda: len(api.asked) >= 3)
    profiles.stop()
    assert len(profiles._known) <= 30
