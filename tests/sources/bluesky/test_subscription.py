"""Cursors and gaps: where a subscription begins on each server, and what it reports as missing."""

from __future__ import annotations

import pytest

from pipeline.sources.bluesky.cursor_text import decode_cursor
from pipeline.sources.bluesky.jetstream_url import NEWER_PATH
from tests.sources.background_reading import until
from tests.sources.bluesky.reading import HOUR_US, cursor_text, now_us, read
from tests.sources.simulators.jetstream import Jetstream, commit


def test_reading_goes_on_at_the_cursor_with_a_little_overlap() -> None:
    at = now_us() - 60_000_000
    with Jetstream() as server:
        server.publish(*(commit(at + second * 1_000_000, str(second)) for second in range(20)))
        with read(server, cursor=cursor_text(at + 10_000_000, server)) as reading:
            until(lambda: "19" in reading.texts() and reading.place()["time_us"] == at + 19_000_000)
            assert reading.texts() == [str(second) for second in range(8, 20)]
            assert not reading.gaps


def test_another_server_is_read_from_some_seconds_earlier() -> None:
    at = now_us() - 60_000_000
    with Jetstream() as server, read(server, cursor=cursor_text(at)):
        assert until(server.cursors)[0] == at - 10_000_000


def test_doubled_and_reordered_events_are_all_passed_on_and_the_cursor_is_the_greatest_time() -> None:
    at = now_us()
    with Jetstream() as server, read(server) as reading:
        until(lambda: server.requested)
        server.publish(*(commit(at + shift, str(shift)) for shift in (5, 3, 5, 4, 1)))
        until(lambda: len(reading.posts()) == 5)
        assert reading.texts() == ["5", "3", "4", "1"]
        assert reading.place()["time_us"] == at + 5


def test_a_first_connection_that_breaks_after_its_first_event_costs_nothing() -> None:
    at = now_us()
    with Jetstream() as server, read(server) as reading:
        until(lambda: server.requested)
        server.publish(commit(at, "first"))
        until(lambda: reading.texts() == ["first"])
        assert reading.place()["time_us"] == at
        server.held.append(commit(at + 1_000_000, "meanwhile"))  # heard by the server, sent to nobody
        server.drop()
        until(lambda: set(reading.texts()) == {"first", "meanwhile"})
    assert not reading.gaps


def test_cursor_cut_short_in_silence_is_a_gap_that_is_reported() -> None:
    at = now_us()
    floor = at - HOUR_US
    with Jetstream(floor_us=floor) as server:
        server.publish(commit(at - 2 * HOUR_US, "lost"), commit(floor + 5, "kept"))
        with read(server, cursor=cursor_text(at - 3 * HOUR_US, server)) as reading:
            until(lambda: reading.texts() == ["kept"] and reading.gaps)
            ((since, until_ms, why),) = reading.gaps
            assert (since, until_ms) == ((at - 3 * HOUR_US) // 1000, (floor + 5) // 1000)
            assert "no longer holds" in why


def test_number_that_is_too_old_is_a_gap_and_what_is_left_is_read() -> None:
    at = now_us()
    floor = at - HOUR_US
    with Jetstream(floor_us=floor, too_old="CursorTooOld") as server:
        server.publish(commit(floor + 5, "kept"))
        with read(server, newer=True, cursor=cursor_text(at - 3 * HOUR_US, server, seq=7)) as reading:
            until(lambda: reading.texts() == ["kept"] and reading.gaps)
            assert server.cursors()[:2] == [7, at - 3 * HOUR_US - 2_000_000]
            assert [gap[:2] for gap in reading.gaps] == [((at - 3 * HOUR_US) // 1000, (floor + 5) // 1000)]
            assert not reading.errors


def test_cut_that_the_server_admits_is_a_gap_however_short() -> None:
    at = now_us()
    with Jetstream(floor_us=at - 5_000_000) as server:
        server.publish(commit(at, "kept"))
        with read(server, newer=True, cursor=cursor_text(at - 10_000_000, server)) as reading:
            until(lambda: reading.texts() == ["kept"] and reading.gaps)
            assert [gap[:2] for gap in reading.gaps] == [((at - 10_000_000) // 1000, at // 1000)]


def test_newer_wire_goes_on_at_its_own_number() -> None:
    at = now_us()
    with Jetstream() as server:
        server.publish(*(commit(at + number, str(number)) for number in range(1, 6)))
        with read(server, newer=True, cursor=cursor_text(at + 3, server, seq=3)) as reading:
            until(lambda: "5" in reading.texts())
            assert reading.texts() == ["3", "4", "5"]
            assert server.cursors() == [3]
            until(lambda: reading.place()["seq"] == 5)


def test_cursor_that_is_refused_altogether_is_a_gap_until_now() -> None:
    at = now_us()
    with Jetstream(refuses_cursors=True) as server, read(server, cursor=cursor_text(at - 5_000_000, server)) as reading:
        until(lambda: len(server.cursors()) == 4)
        server.publish(commit(at, "one"))
        until(lambda: reading.gaps)
        assert reading.texts() == ["one"]
        assert [gap[:2] for gap in reading.gaps] == [((at - 5_000_000) // 1000, at // 1000)]
        until(lambda: reading.place()["time_us"] == at)


def test_clock_that_is_ahead_makes_no_cursor_of_the_future() -> None:
    with Jetstream() as server, read(server) as reading:
        until(lambda: server.requested)
        server.publish(commit(now_us() + HOUR_US, "from the future"))
        until(lambda: reading.texts() == ["from the future"])
        assert reading.place()["time_us"] <= now_us()
        assert all(lag is None or lag >= 0 for _, _, lag in reading.reports)
        assert all(post.created_at <= now_us() // 1000 for post in reading.posts())


def test_how_far_behind_is_reported_while_catching_up() -> None:
    at = now_us() - HOUR_US
    with Jetstream() as server:
        server.publish(commit(at, "old"))
        with read(server, cursor=cursor_text(at, server)) as reading:
            until(lambda: reading.reports)
            state, _, lag_s = reading.reports[-1]
            assert state == "replaying"
            assert lag_s == pytest.approx(3600, abs=30)


def test_broken_cursor_begins_now() -> None:
    with Jetstream() as server, read(server, cursor="not ours"):
        assert until(lambda: server.requested)[0].cursor() is None
        assert server.requested[0].path == NEWER_PATH


def test_old_server_leaves_out_its_passage_and_the_source_reads_it_again() -> None:
    at = now_us() - 4_000_000
    with Jetstream(original=True, passage_us=900_000) as server:
        server.publish(*(commit(at + number * 100_000, str(number)) for number in range(40)))
        with read(server, cursor=cursor_text(at, server)) as reading:
            until(lambda: len(server.requested) == 3)
            for number in range(40, 75):
                server.publish(commit(at + number * 100_000, str(number)))
                reading.wait(0.02)
            until(lambda: len(reading.texts()) == 75)
            until(lambda: reading.place()["time_us"] == at + 74 * 100_000)
            assert not reading.gaps


def test_event_of_the_active_segment_that_lies_before_the_cursor_is_passed_over() -> None:
    at = now_us() - 2_000_000_000
    with Jetstream(segment=0) as server:
        server.publish(*(commit(at + number * 1_000_000, str(number)) for number in range(1_200)))
        with read(server, cursor=cursor_text(at + 1_000_000_000)) as reading:
            until(lambda: "1199" in reading.texts())
            assert reading.texts()[0] == "990"
            until(lambda: reading.place()["time_us"] == at + 1_199_000_000)
            places = [decode_cursor(chunk.cursor).time_us for chunk in reading.chunks if chunk.cursor]
            assert places == sorted(places)
            assert places[0] >= at + 1_000_000_000
