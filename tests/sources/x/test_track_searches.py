"""TRACK=searches: the open searches become rules, changed without reconnecting and not with every key."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.sources.x.backoff import Backoff
from pipeline.sources.x.rules.demand_tracker import DemandTracker
from pipeline.sources.x.source import XSource
from pipeline.sources.x.stream_reader import XTiming
from tests.sources.background_reading import Reading, until
from tests.sources.simulators.x import TOKEN, XApi


def _reading(api: XApi, searches: list[str], **more: Any) -> Reading:
    timing = XTiming(silence_s=10.0, receive_s=0.05, look_s=0.02, report_s=0.02)
    demand = DemandTracker(lambda: "searches", lambda: tuple(searches), settle_s=0.2, apart_s=0.2)
    source = XSource(TOKEN, str, url=api.url, timing=timing, backoff=Backoff(scale=0.002), demand=demand, **more)
    return Reading(source)


def test_rules_follow_what_people_look_at_on_one_connection() -> None:
    searches = ["snow"]
    with XApi() as api, _reading(api, searches) as reading:
        until(lambda: api.streams)
        assert [rule["value"] for rule in api.rules] == ["snow"]
        searches.append("rain lang:en")
        until(lambda: [rule["value"] for rule in api.rules] == ["snow OR (lang:en rain)"])
        until(lambda: "(lang:en rain)" in reading.collects)
        searches.remove("snow")
        until(lambda: [rule["value"] for rule in api.rules] == ["(lang:en rain)"])
        api.say("one")
        until(lambda: reading.texts() == ["one"])
        assert len(api.streamed()) == 1
        until(lambda: "1 search that people look at" in reading.reports[-1][1])


def test_when_nobody_looks_there_are_no_rules_no_stream_and_no_calls_and_that_is_reported() -> None:
    searches: list[str] = []
    with XApi() as api:
        api.hold("snow", "murmur:old")
        with _reading(api, searches) as reading:
            until(lambda: reading.reports and reading.reports[-1][0] == "resting")
            assert "nobody looks" in reading.reports[-1][1]
            until(lambda: not api.rules)
            asked = len(api.asked)
            searches.append("*")
            until(lambda: "X cannot be asked for *" in reading.reports[-1][1])
            searches.append("snow")
            until(lambda: api.streams)
            until(lambda: reading.reports[-1][0] == "live")
            assert "X cannot be asked for *" in reading.reports[-1][1]
            api.say("one")
            until(lambda: reading.texts() == ["one"])
            searches.clear()
            until(lambda: reading.reports[-1][0] == "resting")
            until(lambda: not api.rules and not api.streams)
            assert len(api.streamed()) == 1
            assert not reading.gaps, "a rest on purpose is a state, not a gap"
            assert len(api.asked) < asked + 20


@pytest.mark.parametrize("all_or_none", [True, False])
def test_a_search_that_x_refuses_costs_no_other_and_is_named(all_or_none: bool) -> None:
    searches = ["snow", "rain", "odd fog", "ice", "hail"]
    with XApi() as api:
        api.invalid, api.all_or_none = "fog", all_or_none
        with _reading(api, searches) as reading:
            until(lambda: "X refuses" in str(reading.reports[-1:]))
            until(
                lambda: (
                    {word for rule in api.rules for word in rule["value"].split(" OR ")}
                    == {"snow", "rain", "ice", "hail"}
                )
            )
            assert "(fog odd)" in api.refused[-1] or "(odd fog)" in api.refused[-1]
            refused = len(api.refused)
            searches.append("sleet")
            until(lambda: "sleet" in str(api.rules))
            assert len(api.refused) == refused, "what was refused alone is not asked for again"
            assert len(api.streamed()) <= 2


def test_a_rule_of_track_that_x_refuses_is_reported_and_nothing_else_is_tried() -> None:
    with XApi() as api:
        api.invalid = "fog"
        source = XSource(TOKEN, lambda: "fog", url=api.url, timing=XTiming(receive_s=0.05, look_s=0.02))
        with Reading(source) as reading:
            until(lambda: reading.reports)
            assert reading.reports[-1][0] == "down"
            assert "X finds invalid: fog" in reading.reports[-1][1]
            assert not api.streamed()
