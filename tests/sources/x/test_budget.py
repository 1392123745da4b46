"""The monthly budget: it slows reading, ends it, and survives a restart."""

from __future__ import annotations

from pipeline.sources.x.budget import Budget, month_end_s
from tests.sources.background_reading import until
from tests.sources.simulators.x import XApi
from tests.sources.x.reading import opened, read

MIDDLE_S = 1_792_065_600.0  # 2026-10-15 12:00 UTC


def test_budget_stops_before_it_is_spent_and_survives_a_restart() -> None:
    clock = lambda: MIDDLE_S  # noqa: E731 - a clock that stands
    with XApi() as api:
        with read(api, monthly_posts=50, clock_s=clock) as reading:
            opened(api)
            api.say(*(str(number) for number in range(200)))
            until(lambda: len(api.streamed()) == 2)
            opened(api)
            assert len(reading.records()) == 39, "four fifths freely, the rest little by little"
            api.say("one", "more")
            until(lambda: reading.place()["count"] == 40)
            assert reading.reports[-1][0] == "sampling"
            assert "of 50 posts this month" in reading.reports[-1][1]
            cursor = reading.cursor
        asked = len(api.streamed())
        with read(api, monthly_posts=40, cursor=cursor, clock_s=clock) as reading:
            until(lambda: reading.reports and reading.reports[-1][0] == "resting")
            assert "01 November" in reading.reports[-1][1]
            assert len(api.streamed()) == asked


def test_budget_slows_then_ends_and_begins_anew_with_the_month() -> None:
    budget = Budget(1000)
    assert budget.grant(MIDDLE_S).posts == 784
    budget.spend(784, MIDDLE_S)
    read, now = 784, MIDDLE_S
    while (grant := budget.grant(now)).posts and now < month_end_s(MIDDLE_S) - 1:
        assert grant.step
        budget.spend(grant.posts, now)
        read, now = read + grant.posts, grant.until_s
    assert 960 <= read <= 980
    assert now > month_end_s(MIDDLE_S) - 86_400, "the slow part lasts until the month ends"
    assert budget.grant(month_end_s(MIDDLE_S)).posts == 784
    assert Budget(0).grant(MIDDLE_S).posts is None
