"""Findings about Mastodon servers for `murmur doctor`, against servers on this machine."""

from __future__ import annotations

import pytest

from pipeline.settings import load
from pipeline.sources.catalog import probe
from tests.sources.simulators.mastodon import Mastodon


@pytest.mark.parametrize(
    ("wanted", "given", "well", "text"),
    [
        ("", "", True, "streams without a token"),
        ("s3cret", "s3cret", True, "streams with the token"),
        ("s3cret", "", False, "wants a token: MASTODON_TOKEN"),
        ("s3cret", "wrong", False, "the token is not accepted"),
    ],
)
def test_probe_of_mastodon_reports_refused_tokens(wanted: str, given: str, well: bool, text: str) -> None:
    with Mastodon(wanted) as server:
        settings = load({"SOURCE": "mastodon", "MASTODON_SERVERS": server.url, "MASTODON_TOKEN": given})
        (found,) = probe("mastodon", settings)
        assert found.well is well
        assert text in found.text
        assert "s3cret" not in found.text


def test_mastodon_that_is_away_is_named() -> None:
    (found,) = probe("mastodon", load({"SOURCE": "mastodon", "MASTODON_SERVERS": "http://127.0.0.1:9"}))
    assert not found.well
    assert "cannot be reached" in found.text


def test_probe_asks_where_the_server_says_that_its_streams_are() -> None:
    with Mastodon("s3cret") as server, Mastodon("s3cret") as streaming:
        server.streaming = f"ws://{streaming.host}"
        server.refusals.append((301, {"Location": f"{streaming.url}/api/v1/streaming/public"}))
        settings = load({"SOURCE": "mastodon", "MASTODON_SERVERS": server.url, "MASTODON_TOKEN": "s3cret"})
        (found,) = probe("mastodon", settings)
        assert found.well, found.text
        assert "version 4.6.5" in found.text


@pytest.mark.parametrize(("feed", "well"), [("public", True), ("public:remote", False)])
def test_probe_names_a_feed_that_the_admin_closed(feed: str, well: bool) -> None:
    with Mastodon() as server:
        server.access = {"live_feeds": {"local": "public", "remote": "disabled"}}
        settings = load({"SOURCE": "mastodon", "MASTODON_SERVERS": server.url, "MASTODON_FEED": feed})
        (found,) = probe("mastodon", settings)
        assert found.well is well
        assert "its admin closed the remote feed" in found.text
