"""Findings about X for `murmur doctor`, against an API on this machine."""

from __future__ import annotations

import time
from dataclasses import replace

from pipeline.settings import load
from pipeline.sources.catalog import cursor_age, probe, track_finding
from tests.sources.simulators.x import TOKEN, XApi


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
