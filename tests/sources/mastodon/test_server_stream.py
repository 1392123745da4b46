"""Streams of servers that misbehave: outages are filled or reported as gaps."""

from __future__ import annotations

import time

import pytest

from pipeline.sources.mastodon import api
from pipeline.sources.mastodon import server_stream as module
from tests.sources.background_reading import until
from tests.sources.mastodon.reading import cursor_text, listening, read
from tests.sources.simulators.mastodon import Mastodon, beat, drip, hang_up_within_a_line, stall, status


def test_end_within_a_line_loses_nothing_that_can_be_asked_for() -> None:
    with Mastodon() as server:
        server.faults.append(hang_up_within_a_line)
        server.held.append(status(1, "torn"))
        with read(server, cursor=cursor_text(server, "0")) as reading:
            until(lambda: server.streamed() == 2 and server.streams)
            server.publish(status(2, "two"))
            until(lambda: reading.texts() == ["torn", "two"])
            assert not reading.gaps
            assert any(state == "reconnecting" for state, _, _ in reading.reports)


def test_what_came_during_an_outage_is_requested_page_by_page() -> None:
    with Mastodon() as server:
        server.held += [status(number, str(number)) for number in range(1, 101)]
        with read(server, cursor=cursor_text(server, "3")) as reading:
            until(lambda: len(reading.texts()) == 97)
            assert reading.texts()[0] == "4"
            assert reading.place()[server.host]["newest"] == "100"
            assert not reading.gaps
            assert server.streamed() == 1


def test_what_cannot_be_asked_for_is_a_gap_that_is_reported() -> None:
    with Mastodon() as server:
        server.timeline_status = 422
        with read(server, cursor=cursor_text(server, "3", ago_s=60)) as reading:
            until(lambda: reading.gaps)
            ((since, until_ms, why),) = reading.gaps
            assert until_ms - since == pytest.approx(60_000, abs=5_000)
            assert "HTTP 422" in why
            listening(server)
            server.publish(status(9, "nine"))
            until(lambda: reading.texts() == ["nine"])


def test_outage_too_long_to_ask_for_is_a_gap_that_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGES", 2)
    with Mastodon() as server:
        server.held += [status(number, str(number)) for number in range(1, 200)]
        with read(server, cursor=cursor_text(server, "0")) as reading:
            until(lambda: reading.gaps)
            assert "more was posted" in reading.gaps[0][2]


def test_silence_means_reconnect_and_a_heartbeat_does_not() -> None:
    with Mastodon() as server:
        server.faults += [stall, beat]
        with read(server, silence_s=1.0) as reading:
            until(lambda: server.streamed() == 2)
            time.sleep(2.0)
            assert server.streamed() == 2
            assert reading.longest_silence_s < 1.0


def test_slow_drip_is_waited_for() -> None:
    with Mastodon() as server:
        server.faults.append(drip)
        with read(server, silence_s=30.0) as reading:
            until(lambda: reading.texts() == ["a slow one"])
            assert reading.longest_silence_s < 1.0


def test_server_that_asks_for_patience_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "REFUSED_PAUSE_S", 300.0)
    with Mastodon() as server:
        server.refusals.append((429, {"Retry-After": "2"}))
        with read(server):
            until(lambda: server.streamed() == 1)
            began = time.monotonic()
            until(lambda: server.streamed() == 2)
            assert time.monotonic() - began > 1.5, "a wait that was asked for, not one that is measured"


def test_something_else_than_an_event_stream_is_named() -> None:
    with Mastodon() as server:
        server.refusals.append((200, {"Content-Type": "text/html"}))
        with read(server) as reading:
            until(lambda: any("no event stream but text/html" in detail for _, detail, _ in reading.reports))
