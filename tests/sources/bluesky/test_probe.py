"""Findings about Bluesky for `murmur doctor`, against servers on this machine."""

from __future__ import annotations

from pipeline.settings import load
from pipeline.sources.bluesky.probe import KNOWN_DID
from pipeline.sources.catalog import probe
from tests.sources.simulators.bluesky_api import BlueskyApi
from tests.sources.simulators.jetstream import Jetstream


def test_bluesky_is_well_while_one_server_answers_and_each_other_is_named() -> None:
    with Jetstream() as well, Jetstream() as broken, BlueskyApi() as api:
        broken.refusals.append((503, {}, b"bootstrapping"))
        settings = load(
            {"SOURCE": "bluesky", "BLUESKY_URL": f"{well.url},{broken.url},ws://127.0.0.1:9/", "BLUESKY_API": api.url}
        )
        servers, profiles = probe("bluesky", settings)
        assert servers.well
        assert "1 of 3 servers answer" in servers.text
        assert f"127.0.0.1:{broken.port}: HTTP 503 bootstrapping" in servers.text
        assert "127.0.0.1:9: cannot be reached" in servers.text
        assert profiles.well
        assert api.requested == [[KNOWN_DID]]


def test_old_server_answers_as_well_as_a_new_one() -> None:
    with Jetstream(original=True) as old, Jetstream() as new:
        settings = load({"SOURCE": "bluesky", "BLUESKY_URL": f"{old.url},{new.url}", "BLUESKY_API": "off"})
        (servers,) = probe("bluesky", settings)
        assert servers.text == "2 of 2 servers answer"


def test_bluesky_is_not_well_when_nobody_answers() -> None:
    settings = load({"SOURCE": "bluesky", "BLUESKY_URL": "ws://127.0.0.1:9/", "BLUESKY_API": "http://127.0.0.1:9"})
    servers, profiles = probe("bluesky", settings)
    assert not servers.well
    assert not profiles.well
    assert "authors stay DIDs" in profiles.text
