"""Streams of servers that misbehave: outages are filled or reported as gaps."""

from __future__ import annotations

import datetime as dt
import json
import time

import pytest

from pipeline.sources.contract import CAUGHT_UP
from pipeline.sources.mastodon import api, catch_up
from tests.sources.background_reading import until
from tests.sources.mastodon.reading import cursor_text, listening, read
from tests.sources.simulators.mastodon import Mastodon, beat, drip, hang_up_within_a_line, stall, status


def test_end_within_a_line_loses_nothing_that_can_be_requested() -> None:
    with Mastodon() as server:
        server.faults.append(hang_up_within_a_line)
        server.held.append(status(1, "torn"))
        with read(server, cursor=cursor_text(server, "0")) as reading:
            until(lambda: server.streamed() == 2 and server.streams)
            server.publish(status(2, "two"))
            until(lambda: reading.texts() == ["torn", "two"])
            assert all(why.startswith(CAUGHT_UP) for _, _, why in reading.gaps), "no post is missing"
            assert any(state == "reconnecting" for state, _, _ in reading.reports)


def test_statuses_of_an_outage_are_requested_page_by_page() -> None:
    with Mastodon() as server:
        server.held += [status(number, str(number)) for number in range(1, 101)]
        with read(server, cursor=cursor_text(server, "3")) as reading:
            until(lambda: reading.gaps)
            assert reading.texts()[:97] == [str(number) for number in range(4, 101)]
            assert set(reading.texts()[97:]) == {"1", "2"}, "what is older may have come late"
            until(lambda: reading.place()[server.host]["newest"] == "100")
            assert [why.startswith(CAUGHT_UP) for _, _, why in reading.gaps] == [True]
            assert server.streamed() == 1


def test_statuses_that_cannot_be_requested_are_a_reported_gap() -> None:
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


def test_outage_beyond_the_page_limit_is_a_reported_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catch_up, "TIMELINE_PAGES_MAX", 2)
    with Mastodon() as server:
        server.held += [status(number, str(number)) for number in range(1, 200)]
        with read(server, cursor=cursor_text(server, "0")) as reading:
            until(lambda: reading.gaps)
            assert "more was posted" in reading.gaps[0][2]


def _ago(**span: float) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(**span)).isoformat()


def test_status_that_came_late_is_requested_though_its_id_is_below_the_newest() -> None:
    with Mastodon() as server:
        server.held += [
            status(10, "a day old", created_at=_ago(hours=24)),
            *(status(number, str(number), created_at=_ago(hours=2)) for number in range(20, 120)),
            status(200, "late by 40 s", host="far.example", created_at=_ago(seconds=100)),
            status(201, "known"),
            status(202, "new"),
        ]
        with read(server, cursor=cursor_text(server, "201")) as reading:
            until(lambda: reading.gaps)
            assert reading.texts()[0] == "new"
            assert {"late by 40 s", "20", "119"} <= set(reading.texts())
            assert reading.gaps[0][2].startswith(CAUGHT_UP)


def test_late_statuses_that_are_not_requested_are_a_reported_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catch_up, "TIMELINE_PAGES_MAX", 2)
    with Mastodon() as server:
        server.held += [status(number, str(number), created_at=_ago(hours=1)) for number in range(1, 200)]
        with read(server, cursor=cursor_text(server, "199")) as reading:
            until(lambda: reading.gaps)
            assert "came late and were written before" in reading.gaps[0][2]


def test_looking_for_late_statuses_leaves_some_of_the_limit_to_others() -> None:
    with Mastodon() as server:
        server.limit, server.left = 100, 13
        server.held += [status(number, str(number), created_at=_ago(hours=1)) for number in range(1, 400)]
        with read(server, cursor=cursor_text(server, "399")) as reading:
            until(lambda: reading.gaps)
            assert "came late" in reading.gaps[0][2]
            assert server.left == 10


def test_short_page_is_not_the_end() -> None:
    with Mastodon() as server:
        server.page_max = 7  # a server filters a page after it counted
        server.held += [status(number, str(number)) for number in range(1, 60)]
        with read(server, cursor=cursor_text(server, "3")) as reading:
            until(lambda: reading.gaps)
            assert len(set(reading.texts())) == 58
            assert reading.gaps[0][2].startswith(CAUGHT_UP)


def test_every_outage_of_one_of_several_streams_is_told_and_the_source_stays_live() -> None:
    with Mastodon() as one, Mastodon() as other, read(one, other) as reading:
        listening(one, other)
        until(lambda: reading.reports and reading.reports[-1][0] == "live" and ";" not in reading.reports[-1][1])
        seen = len(reading.reports)
        one.refusals.extend([(503, {})] * 3)
        one.drop()
        until(lambda: reading.gaps)
        ((since, until_ms, why),) = reading.gaps
        assert since < until_ms
        assert one.host in why
        assert why.startswith(CAUGHT_UP)
        assert {state for state, _, _ in reading.reports[seen:]} == {"live"}


def test_server_that_is_away_from_the_start_has_an_outage_too() -> None:
    with Mastodon() as server:
        server.refusals.append((503, {}))
        with read(server) as reading:
            until(lambda: reading.gaps)
            assert server.host in reading.gaps[0][2]


def test_stream_without_statuses_is_asked_for_what_came_while_it_was_away() -> None:
    with Mastodon() as server, read(server) as reading:
        listening(server)
        until(lambda: reading.reports and reading.reports[-1][0] == "live")
        server.held.append(status(5, "meanwhile"))
        server.drop()
        until(lambda: reading.texts() == ["meanwhile"])


def test_cursor_says_when_the_stream_was_heard_until_the_outage_is_filled() -> None:
    with Mastodon() as server:
        server.held += [status(number, str(number)) for number in range(1, 10)]
        began = time.time() * 1000
        with read(server, cursor=cursor_text(server, "3")) as reading:
            until(lambda: reading.gaps)
            until(lambda: reading.place()[server.host]["at_ms"] >= began)
            filling = [chunk.cursor for chunk in reading.chunks if chunk.records]
            assert filling
            assert all(json.loads(cursor or "")[server.host]["at_ms"] < began for cursor in filling)


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


def test_pause_that_a_server_requests_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "REFUSED_PAUSE_S", 300.0)
    with Mastodon() as server:
        server.refusals.append((429, {"Retry-After": "2"}))
        with read(server):
            until(lambda: server.streamed() == 1)
            began = time.monotonic()
            until(lambda: server.streamed() == 2)
            assert time.monotonic() - began > 1.5, "the wait is the one that the server requested, not a measured one"


def test_something_else_than_an_event_stream_is_named() -> None:
    with Mastodon() as server:
        server.refusals.append((200, {"Content-Type": "text/html"}))
        with read(server) as reading:
            until(lambda: any("no event stream but text/html" in detail for _, detail, _ in reading.reports))
