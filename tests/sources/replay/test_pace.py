"""The times of a recording become waits, and long silences short ones."""

from __future__ import annotations

import pytest

from pipeline.sources.replay.pace import LONGEST_PAUSE_S, PlaybackPace


def test_speed_turns_times_into_waits() -> None:
    pace = PlaybackPace(60.0)
    assert pace.wait_s(1_000_000) == 0
    assert pace.wait_s(1_060_000) == pytest.approx(1.0, abs=0.2)
    assert pace.wait_s(1_000_500) == 0, "one out of order is not waited for"
    assert PlaybackPace(1.0).wait_s(None) == 0


def test_years_between_two_posts_are_a_short_pause() -> None:
    pace = PlaybackPace(1.0)
    pace.wait_s(0)
    assert pace.wait_s(10 * 365 * 86_400_000) <= LONGEST_PAUSE_S + 0.1
