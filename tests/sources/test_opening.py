"""Settings lead to sources."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pipeline import sources
from pipeline.errors import SettingsError
from pipeline.settings import load
from pipeline.sources import READABLE, open_source
from tests.sources.live import Reading, until
from tests.sources.simulators.jetstream import Jetstream
from tests.sources.simulators.mastodon import Mastodon

SETTINGS = {
    "SOURCE": "bluesky,mastodon",
    "REPLAY_PATH": "x.jsonl",
    "MASTODON_SERVERS": "a.example",
    "X_BEARER_TOKEN": "t",
}


@pytest.mark.parametrize("name", READABLE)
def test_each_source_goes_by_its_name(name: str) -> None:
    source = open_source(name, load(SETTINGS))
    assert source.name == name
    assert source.generated == (name == "demo")


def test_bluesky_reads_where_its_settings_say() -> None:
    with Jetstream() as server:
        settings = {"SOURCE": "bluesky", "BLUESKY_URL": server.url, "BLUESKY_COUNTS": "yes"}
        with Reading(open_source("bluesky", load(settings | {"BLUESKY_API": "http://127.0.0.1:9"}))):
            assert len(until(lambda: server.asked)[0].query["wantedCollections"]) == 3
        with Reading(open_source("bluesky", load(settings | {"BLUESKY_API": "off"}))):
            until(lambda: len(server.asked) > 1)
            assert len(server.asked[-1].query["wantedCollections"]) == 1, "no API, no counts"


def test_mastodon_reads_where_its_settings_say() -> None:
    with Mastodon("s3cret") as server:
        settings = {"SOURCE": "mastodon", "MASTODON_SERVERS": server.url, "MASTODON_TOKEN": "s3cret"}
        with Reading(open_source("mastodon", load(settings | {"MASTODON_HASHTAGS": "cats"}))):
            until(lambda: server.streams)
            assert "/api/v1/streaming/hashtag?tag=cats" in server.asked


@pytest.mark.parametrize(("offered", "named"), [("forget", "forget"), ("ingest", "ingest"), ("quakes", "bluesky")])
def test_installed_source_cannot_take_the_name_of_another(
    offered: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name is the label of its batches, which decides what they may say."""
    monkeypatch.setattr(sources, "offered", lambda _: (offered,))
    monkeypatch.setattr(sources, "make", lambda *_: SimpleNamespace(name=named))
    with pytest.raises(SettingsError, match="must be its entry point's"):
        open_source(offered, load({}))
