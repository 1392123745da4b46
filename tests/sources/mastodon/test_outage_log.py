"""Outages of a stream: the first is told at once, others in quick succession together, and none is forgotten."""

from __future__ import annotations

from pipeline.sources.mastodon.outage_log import TOLD_EVERY_S, OutageLog, StreamOutage


def test_outages_in_quick_succession_are_told_as_one() -> None:
    now = [0.0]
    log = OutageLog(lambda: now[0])
    assert log.take() is None
    log.add(StreamOutage(100, 200))
    assert log.take() == StreamOutage(100, 200)
    log.add(StreamOutage(300, 400, "more was posted"))
    log.add(StreamOutage(500, 600))
    assert log.take() is None
    assert log.heard_ms(700) == 300, "a restart begins where the last one was not told"
    now[0] = TOLD_EVERY_S
    assert log.take() == StreamOutage(300, 600, "more was posted")
    assert log.take() is None
    assert log.heard_ms(700) == 700
