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
def test_mastodon_says_whether_its_token_is_accepted(wanted: str, given: str, well: bool, text: str) -> None:
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
