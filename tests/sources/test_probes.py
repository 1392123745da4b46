"""`murmur doctor` reports every network, and the age of every cursor."""

from __future__ import annotations

import time
from pathlib import Path

from cli.commands.doctor import examine
from pipeline.settings import load
from pipeline.sources.catalog import cursor_age
from tests.sources.simulators.jetstream import Jetstream
from tests.sources.simulators.mastodon import Mastodon

SETTINGS = load({})


def test_doctor_reports_each_network(tmp_path: Path) -> None:
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


def test_age_of_a_cursor_is_reported_and_one_that_servers_no_longer_hold_is_not_well() -> None:
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
    assert heard.text.startswith("last received 7")
    for name, odd in (("bluesky", "{}"), ("mastodon", "odd"), ("x", "odd"), ("demo", "5")):
        assert cursor_age(name, odd, SETTINGS) is None
