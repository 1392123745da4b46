"""Delay of a server by the authors' stamps: outliers, pauses, and too few events."""

from __future__ import annotations

import pytest

from pipeline.sources.bluesky.joining.server_clock import ServerClock

AT_US, SECOND_US = 1_780_000_000_000_000, 1_000_000
DAY_S = 86_400


def clock_of(*delays_s: float, from_s: float = 100.0) -> ServerClock:
    clock = ServerClock()
    for number, delay_s in enumerate(delays_s):
        clock.add(AT_US, AT_US - int(delay_s * SECOND_US), from_s + number / 10)
    return clock


@pytest.mark.parametrize(
    ("delays_s", "usual_s", "longest_s", "shortest_s"),
    [
        ((), 0, 0, 0),
        ((30,), 30, 30, 30),
        ((1, 2, 3), 2, 3, 1),
        ((-60,) * 30, -60, -60, -60),
        ((1,) * 30 + (DAY_S,), 1, 1, 1),
        ((1,) * 30 + (-DAY_S,), 1, 1, 1),
        ((1,) * 5 + (DAY_S,), 1, 121, 1),
        ((1,) * 61 + (30, 30, 30), 1, 30, 1),
    ],
)
def test_delay_is_that_of_the_server_and_not_of_one_author(
    delays_s: tuple[float, ...], usual_s: float, longest_s: float, shortest_s: float
) -> None:
    clock = clock_of(*delays_s)
    found = clock.usual_us(), clock.longest_us(), clock.shortest_us()
    assert found == (usual_s * SECOND_US, longest_s * SECOND_US, shortest_s * SECOND_US)


def test_what_comes_after_a_pause_may_be_late_and_one_author_cannot_hide_that() -> None:
    clock = clock_of(*(1.0,) * 64)
    clock.add(AT_US, AT_US - 30 * SECOND_US, 140.0)
    assert clock.longest_us() == 30 * SECOND_US
    clock = clock_of(*(90.0,) * 64)
    clock.add(AT_US, AT_US + DAY_S * SECOND_US, 140.0)
    assert clock.longest_us() == 90 * SECOND_US


def test_delay_is_known_after_some_events_or_seconds_or_if_nobody_stamps() -> None:
    assert ServerClock().is_sure(100.0)
    assert not clock_of(1.0).is_sure(100.1)
    assert clock_of(1.0).is_sure(106.0)
    assert clock_of(1.0, 1.0, 1.0, 1.0).is_sure(100.5)
