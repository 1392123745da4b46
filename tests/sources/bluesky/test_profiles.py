"""Profiles: requested in batches, at a polite rate, from an API of this machine that refuses and answers oddly."""

from __future__ import annotations

import time

import pytest

from pipeline.sources.bluesky import profiles as module
from pipeline.sources.bluesky.profiles import ACCOUNTS_A_REQUEST, WAITING, Profiles
from tests.sources.background_reading import until
from tests.sources.simulators.bluesky_api import BlueskyApi
from tests.sources.simulators.jetstream import DID


def test_many_profiles_are_requested_in_batches(api: BlueskyApi) -> None:
    api.everybody = True
    people = [f"did:plc:p{number}" for number in range(60)]
    profiles = Profiles(api.url)
    for did in people:
        assert profiles.find(did) is None
    profiles.start()
    until(lambda: all(profiles.find(did) for did in people))
    profiles.stop()
    assert [len(dids) for dids in api.requested] == [ACCOUNTS_A_REQUEST, ACCOUNTS_A_REQUEST, 10]


def test_refusing_api_is_left_alone_for_its_pause_and_requested_again(api: BlueskyApi) -> None:
    api.everybody = True
    api.statuses.append((429, {"Retry-After": "3"}))
    profiles = Profiles(api.url)
    profiles.start()
    profiles.find(DID)
    until(lambda: api.requested)
    began = time.monotonic()
    until(lambda: profiles.find(DID))
    profiles.stop()
    assert time.monotonic() - began > 2.5, "the wait is the one that the API requested, not a measured one"
    assert api.requested == [[DID], [DID]]


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


def test_waiting_and_cached_profiles_are_bounded(monkeypatch: pytest.MonkeyPatch, api: BlueskyApi) -> None:
    monkeypatch.setattr(module, "PROFILE_CACHE_SIZE", 30)
    api.everybody = True
    profiles = Profiles(api.url)
    for number in range(WAITING + 500):
        profiles.find(f"did:plc:p{number}")
    assert len(profiles._wanted) == WAITING
    profiles.start()
    until(lambda: len(api.requested) >= 3)
    profiles.stop()
    assert len(profiles._known) <= 30


@pytest.mark.parametrize(
    ("labels", "hidden", "sensitive", "bot"),
    [
        (["!no-unauthenticated"], True, False, False),
        (["!hide"], True, False, False),
        (["!takedown", "spam"], True, False, False),
        (["porn"], False, True, False),
        (["graphic-media", "bot"], False, True, True),
        (["bot"], False, False, True),
        (["spam", "!warn"], False, False, False),
    ],
)
def test_labels_say_how_an_account_is_shown(
    api: BlueskyApi, labels: list[str], hidden: bool, sensitive: bool, bot: bool
) -> None:
    api.know(DID, "ann.example", labels=[{"val": name, "src": DID} for name in labels])
    api.know("did:plc:bob", "bob.example", labels=[{"val": name, "neg": True} for name in labels])
    profiles = Profiles(api.url)
    profiles.find(DID)
    profiles.find("did:plc:bob")
    profiles.start()
    until(lambda: profiles.find(DID) and profiles.find("did:plc:bob"))
    profiles.stop()
    ann, bob = profiles.find(DID), profiles.find("did:plc:bob")
    assert ann is not None
    assert bob is not None
    assert (ann.hidden, ann.sensitive, ann.bot) == (hidden, sensitive, bot)
    assert (bob.hidden, bob.sensitive, bob.bot) == (False, False, False), "a label that was taken back"
