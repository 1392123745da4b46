"""A name leads to its source, its probe and its look-up, and the lists of names agree with the catalog."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pipeline.errors import SettingsError
from pipeline.normalise.source_permissions import permissions_of
from pipeline.settings import load
from pipeline.source_names import NETWORKS, RECHECKED, SOURCES, STREAMING_DELETIONS
from pipeline.sources import catalog
from pipeline.sources.catalog import open_lookup, open_source
from pipeline.sources.catalog_entries import CATALOG
from tests.sources.background_reading import Reading, until
from tests.sources.simulators.jetstream import Jetstream
from tests.sources.simulators.mastodon import Mastodon

SETTINGS = {
    "SOURCE": "bluesky,mastodon",
    "REPLAY_PATH": "x.jsonl",
    "MASTODON_SERVERS": "a.example",
    "X_BEARER_TOKEN": "t",
}


def test_lists_of_names_agree_with_the_catalog() -> None:
    assert tuple(CATALOG) == SOURCES
    assert {name for name, entry in CATALOG.items() if entry.open_lookup is not None} == set(RECHECKED)
    assert set(STREAMING_DELETIONS) < set(RECHECKED) < set(NETWORKS) < set(SOURCES)
    assert all(permissions_of(name).may_delete_accounts for name in SOURCES), (
        "each has permissions of its own, not those of an unknown label"
    )


@pytest.mark.parametrize("name", SOURCES)
def test_each_source_goes_by_its_name(name: str) -> None:
    source = open_source(name, load(SETTINGS))
    assert source.name == name
    assert source.generated == (name == "demo")


@pytest.mark.parametrize("name", RECHECKED)
def test_each_network_that_is_rechecked_has_a_look_up(name: str) -> None:
    assert open_lookup(name, load(SETTINGS)) is not None
    assert open_lookup("bluesky", load(SETTINGS | {"BLUESKY_API": "off"})) is None
    assert open_lookup("quakes", load(SETTINGS)) is None


def test_bluesky_reads_from_the_servers_of_its_settings() -> None:
    with Jetstream() as server:
        settings = {"SOURCE": "bluesky", "BLUESKY_URL": server.url, "BLUESKY_COUNTS": "yes"}
        with Reading(open_source("bluesky", load(settings | {"BLUESKY_API": "http://127.0.0.1:9"}))):
            assert len(until(lambda: server.requested)[0].query["collections"]) == 4
        with Reading(open_source("bluesky", load(settings | {"BLUESKY_API": "off"}))):
            until(lambda: len(server.requested) > 1)
            assert len(server.requested[-1].query["collections"]) == 2, "no API, no counts"


def test_mastodon_reads_from_the_servers_of_its_settings() -> None:
    with Mastodon("s3cret") as server:
        settings = {"SOURCE": "mastodon", "MASTODON_SERVERS": server.url, "MASTODON_TOKEN": "s3cret"}
        with Reading(open_source("mastodon", load(settings | {"MASTODON_HASHTAGS": "cats"}))):
            until(lambda: server.streams)
            assert "/api/v1/streaming/hashtag?tag=cats" in server.requested


@pytest.mark.parametrize(("offered", "named"), [("forget", "forget"), ("ingest", "ingest"), ("quakes", "bluesky")])
def test_installed_source_cannot_take_the_name_of_another(
    offered: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed source's name is the label of its batches, which decides what their records may say."""
    monkeypatch.setattr(catalog, "offered", lambda _: (offered,))
    monkeypatch.setattr(catalog, "make", lambda *_: SimpleNamespace(name=named))
    with pytest.raises(SettingsError, match="must be its entry point's"):
        open_source(offered, load({}))
