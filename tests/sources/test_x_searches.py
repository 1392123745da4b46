"""TRACK=searches: what people look at as few rules, changed without reconnecting and not with every key."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import BrokerUnavailable
from pipeline.sources.x import XSource
from pipeline.sources.x.pauses import Pauses
from pipeline.sources.x.reading import Pace
from pipeline.sources.x.rules.asked import asked_by_searches
from pipeline.sources.x.rules.grouping import Grouping
from pipeline.sources.x.rules.rules import MAX_RULE_CHARS
from pipeline.sources.x.rules.wishes import Wishes
from tests.sources.live import Reading, until
from tests.sources.simulators.x import TOKEN, XApi


def _many(count: int) -> list[str]:
    return [f'"word{number} and{number % 97}" lang:en followers:{number}..' for number in range(count)]


def _reading(api: XApi, searches: list[str], **more: Any) -> Reading:
    pace = Pace(silence_s=10.0, receive_s=0.05, look_s=0.02, report_s=0.02)
    wishes = Wishes(lambda: "searches", lambda: tuple(searches), settle_s=0.2, apart_s=0.2)
    source = XSource(TOKEN, str, url=api.url, pace=pace, pauses=Pauses(scale=0.002), wishes=wishes, **more)
    return Reading(source)


def _words(api: XApi) -> set[str]:
    return {word for rule in api.rules for word in rule["value"].split(" OR ")}


# -- grouping


def test_thousands_of_searches_become_few_rules_each_within_its_length() -> None:
    grouped = Grouping().group(_many(5_000), 1_000)
    assert not grouped.without_room
    assert all(len(rule) <= MAX_RULE_CHARS for rule in grouped.rules)
    text = sum(len(rule) for rule in grouped.rules)
    assert len(grouped.rules) <= text / MAX_RULE_CHARS / 0.9 + 1, "rules are well filled"
    asked = " OR ".join(grouped.rules)
    assert all(f'"word{number} and{number % 97}" lang:en' in asked for number in range(5_000))
    assert grouped.left_out == ("followers:",)


def test_the_same_searches_give_the_same_rules() -> None:
    assert Grouping().group(_many(500)).rules == Grouping().group(_many(500)).rules


def test_what_is_asked_for_anyway_is_asked_once() -> None:
    grouped = Grouping().group(["snow lang:en", "rain", "snow", "rain OR snow", "snow -is:repost", "fog ice"])
    (rule,) = grouped.rules
    assert sorted(rule.replace("(fog ice)", "fog+ice").split(" OR ")) == ["fog+ice", "rain", "snow"]
    assert not grouped.without_room


def test_a_search_more_or_less_changes_one_rule() -> None:
    grouping, searches = Grouping(), _many(2_000)
    before = set(grouping.group(searches).rules)
    more = set(grouping.group([*searches, "snow"]).rules)
    assert len(more - before) == 1
    less = set(grouping.group([*searches[:700], *searches[701:], "snow"]).rules)
    assert len(less - more) == 1


def test_what_has_no_room_is_told_and_the_older_searches_stay() -> None:
    grouping, searches = Grouping(), _many(500)
    grouped = grouping.group(searches, 3)
    assert len(grouped.rules) == 3
    assert len(grouped.without_room) > 300
    assert searches[0] not in grouped.without_room
    assert searches[-1] in grouped.without_room
    again = grouping.group([*searches, "snow and more of it"], 3)
    assert again.rules == grouped.rules
    assert "snow and more of it" in again.without_room
    asked = asked_by_searches(searches, Grouping(), 3)
    assert any("no room for" in text and "more: their posts are missed" in text for text in asked.told)
    assert "no room for" in asked.collects
    assert len(asked.collects) < 700


def test_no_room_at_all_asks_for_nothing() -> None:
    assert Grouping().group(["snow"], 0) == Grouping().group(["snow"], 0)
    assert Grouping().group(["snow"], 0).without_room == ("snow",)


def test_more_searches_than_are_looked_at_have_no_room() -> None:
    searches = [f"w{number}" for number in range(20_500)]
    grouped = Grouping().group(searches)
    assert len(grouped.without_room) == 500
    assert len(grouped.rules) < 300


def test_holes_are_closed_when_rules_have_become_too_loose() -> None:
    grouping, searches = Grouping(), _many(2_000)
    full = len(grouping.group(searches).rules)
    some = searches[::20]
    assert len(grouping.group(some).rules) <= 2 * (full / 20 + 1) + 8


def test_a_refused_rule_is_halved_until_one_search_is_to_blame_or_given_up_without_room() -> None:
    grouping, searches = Grouping(), [f"w{number}" for number in range(16)]
    asked = grouping.group(searches, 10)
    for _ in range(5):
        grouping.refuse([rule for rule in asked.rules if "w11" in rule.split(" OR ")])
        asked = grouping.group(searches, 10)
    assert asked.refused == ("w11",)
    assert {word for rule in asked.rules for word in rule.split(" OR ")} == {*searches} - {"w11"}
    grouping = Grouping()
    grouping.refuse(grouping.group(searches, 1).rules)
    asked = grouping.group([*searches, "another"], 1)
    assert asked.rules == ("another",)
    assert set(asked.refused) == set(searches)


# -- when


class _Clock:
    now = 1000.0


def test_typing_does_not_change_rules_before_it_ends_nor_more_often_than_x_allows() -> None:
    clock, searches = _Clock(), ["snow"]
    wishes = Wishes(lambda: "searches", lambda: tuple(searches), settle_s=2.0, apart_s=20.0, clock_s=lambda: clock.now)
    assert wishes.due()
    assert wishes.take().searches == ("snow",)
    assert not wishes.due()
    for typed in ("s", "st", "sto", "stor"):
        searches.append(typed)
        clock.now += 1
        assert not wishes.due()
    clock.now += 2
    assert wishes.due()
    wishes.take()
    searches.append("fog")
    wishes.due()
    clock.now += 19
    assert not wishes.due()
    clock.now += 1
    assert wishes.due()


def test_a_search_is_not_kept_waiting_for_ever_by_others_that_come_and_go() -> None:
    clock, searches = _Clock(), ["snow"]
    wishes = Wishes(lambda: "searches", lambda: tuple(searches), settle_s=2.0, apart_s=0.0, clock_s=lambda: clock.now)
    wishes.take()
    looks = 0
    while not wishes.due():
        searches.append(f"w{looks}")
        clock.now += 1
        looks += 1
    assert 9 <= looks <= 12


def test_a_change_of_track_waits_for_nothing_and_an_outage_changes_nothing() -> None:
    clock, track, away = _Clock(), ["searches"], [False]

    def told() -> str:
        if away[0]:
            raise BrokerUnavailable("away")
        return track[0]

    wishes = Wishes(told, lambda: ("snow",), clock_s=lambda: clock.now)
    away[0] = True
    with pytest.raises(BrokerUnavailable):
        wishes.take()
    away[0] = False
    wishes.take()
    track[0] = "rain"
    assert wishes.due()
    assert wishes.take().track == "rain"
    away[0] = True
    assert not wishes.due()
    assert wishes.take().track == "rain"


# -- against an API


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


def test_when_nobody_looks_there_are_no_rules_no_stream_and_no_calls_and_that_is_said() -> None:
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


def test_a_rule_of_track_that_x_refuses_is_told_and_nothing_else_is_tried() -> None:
    with XApi() as api:
        api.invalid = "fog"
        source = XSource(TOKEN, lambda: "fog", url=api.url, pace=Pace(receive_s=0.05, look_s=0.02))
        with Reading(source) as reading:
            until(lambda: reading.reports)
            assert reading.reports[-1][0] == "down"
            assert "X finds invalid: fog" in reading.reports[-1][1]
            assert not api.streamed()
