"""What `murmur doctor` says of networks, against networks on this machine."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from cli.commands.doctor import examine
from pipeline.settings import load
from pipeline.sources.bluesky.probe import SOMEBODY
from pipeline.sources.probing import cursor_age, probe, track_finding
from tests.sources.simulators.jetstream import Jetstream
from tests.sources.simulators.mastodon import Mastodon
from tests.sources.simulators.profiles import ProfileApi
from tests.sources.simulators.x import TOKEN, XApi

SETTINGS = load({})


def test_bluesky_is_well_while_one_server_answers_and_each_other_is_named() -> None:
    with Jetstream() as well, Jetstream() as broken, ProfileApi() as api:
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
        assert api.asked == [[SOMEBODY]]


def test_doctor_tells_of_each_network(tmp_path: Path) -> None:
    with Jetstream() as jetstream, Mastodon("s3cret") as mastodon:
        settings = load(
            {
                "SOURCE": "bluesky,mastodon",
                "BLUESKY_URL": jetstream.url,
                "BLUESKY_API": "off",
                "MASTODON_SERVERS": mastodon.url,
                "DATA_DIR": str(tmp_path),
                "REDIS_URL": "redis://127.0.0.1:9",
            }
        )
        found = [finding for finding in examine(settings) if finding.what in ("bluesky", "mastodon")]
        assert [finding.well for finding in found] == [True, False]


def test_bluesky_is_not_well_when_nobody_answers() -> None:
    settings = load({"SOURCE": "bluesky", "BLUESKY_URL": "ws://127.0.0.1:9/", "BLUESKY_API": "http://127.0.0.1:9"})
    servers, profiles = probe("bluesky", settings)
    assert not servers.well
    assert not profiles.well
    assert "authors stay DIDs" in profiles.text


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


def test_age_of_a_cursor_is_told_and_one_that_servers_no_longer_hold_is_not_well() -> None:
    def bluesky(ago_s: float) -> str:
        return f'{{"time_us":{int((time.time() - ago_s) * 1e6)},"host":"a.example"}}'

    young, old = (cursor_age("bluesky", bluesky(ago_s), SETTINGS) for ago_s in (50, 40 * 3600))
    assert young is not None
    assert old is not None
    assert young.well
    assert young.text.startswith("cursor 5")
    assert not old.well
    heard = cursor_age(
        "mastodon", f'{{"a.example":{{"newest":"5","at_ms":{int((time.time() - 70) * 1000)}}}}}', SETTINGS
    )
    assert heard is not None
    assert heard.text.startswith("last heard 7")
    for name, odd in (("bluesky", "{}"), ("mastodon", "odd"), ("x", "odd"), ("demo", "5")):
        assert cursor_age(name, odd, SETTINGS) is None


def test_x_says_whether_its_token_is_accepted_and_how_many_rules_there_are() -> None:
    settings = load({"SOURCE": "x", "X_BEARER_TOKEN": TOKEN})
    with XApi(cap=2) as api, XApi(token="another") as other:
        api.hold("snow", "murmur:1")
        api.hold("rain", "theirs")
        answers, rules = probe("x", replace(settings, x_api_url=api.url))
        assert answers.well
        assert "allows the filtered stream" in answers.text
        assert rules.well
        assert rules.text == "1 rules of ours, 1 of others, of 2"
        api.hold("fog")
        assert "no room for ours" in probe("x", replace(settings, x_api_url=api.url))[1].text
        (refused,) = probe("x", replace(settings, x_api_url=other.url))
        assert not refused.well
        assert "X_BEARER_TOKEN" in refused.text
        assert TOKEN not in refused.text
        assert not api.changes, "nothing was changed"
        assert not api.streamed()
    (away,) = probe("x", replace(settings, x_api_url="http://127.0.0.1:9"))
    assert not away.well


def test_x_says_how_much_of_its_budget_is_used_and_whether_track_can_be_asked_for() -> None:
    settings = load({"SOURCE": "x", "X_BEARER_TOKEN": TOKEN, "X_MONTHLY_POSTS": "100", "X_RECHECK": "compliance"})
    month = time.strftime("%Y-%m", time.gmtime())
    used, spent = (
        cursor_age("x", f'{{"month":"{month}","count":{count},"heard_ms":{int(time.time() * 1000)}}}', settings)
        for count in (5, 99)
    )
    assert used is not None
    assert spent is not None
    assert used.well
    assert "5 of 100 posts this month" in used.text
    assert not spent.well
    assert "no more is read" in spent.text
    for track, well in (("snow", True), ("searches", True), ("*", False), ("(", False), ("followers:10..", False)):
        found = track_finding("x", track)
        assert found is not None
        assert found.well is well
    assert track_finding("bluesky", "*") is None
