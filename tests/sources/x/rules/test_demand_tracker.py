"""A change of the demand becomes rules once it has settled, and no more often than X allows."""

from __future__ import annotations

import pytest

from pipeline.errors import BrokerUnavailable
from pipeline.sources.x.rules.demand_tracker import DemandTracker


class _Clock:
    now = 1000.0


def test_typing_does_not_change_rules_before_it_ends_nor_more_often_than_x_allows() -> None:
    clock, searches = _Clock(), ["snow"]
    demand = DemandTracker(
        lambda: "searches", lambda: tuple(searches), settle_s=2.0, apart_s=20.0, clock_s=lambda: clock.now
    )
    assert demand.due()
    assert demand.take().searches == ("snow",)
    assert not demand.due()
    for typed in ("s", "st", "sto", "stor"):
        searches.append(typed)
        clock.now += 1
        assert not demand.due()
    clock.now += 2
    assert demand.due()
    demand.take()
    searches.append("fog")
    demand.due()
    clock.now += 19
    assert not demand.due()
    clock.now += 1
    assert demand.due()


def test_a_search_is_not_kept_waiting_for_ever_by_others_that_come_and_go() -> None:
    clock, searches = _Clock(), ["snow"]
    demand = DemandTracker(
        lambda: "searches", lambda: tuple(searches), settle_s=2.0, apart_s=0.0, clock_s=lambda: clock.now
    )
    demand.take()
    looks = 0
    while not demand.due():
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

    demand = DemandTracker(told, lambda: ("snow",), clock_s=lambda: clock.now)
    away[0] = True
    with pytest.raises(BrokerUnavailable):
        demand.take()
    away[0] = False
    demand.take()
    track[0] = "rain"
    assert demand.due()
    assert demand.take().track == "rain"
    away[0] = True
    assert not demand.due()
    assert demand.take().track == "rain"
