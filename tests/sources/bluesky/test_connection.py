"""Connections to a Jetstream that stalls, drips or hangs up: each test states what the reader does."""

from __future__ import annotations

import pytest

from pipeline.sources.bluesky.source import BlueskySource
from tests.sources.background_reading import Reading, until
from tests.sources.bluesky.reading import cursor_text, now_us, read, source_of
from tests.sources.simulators.jetstream import Jetstream, commit, drip, hang_up_within_a_message, say, stall


def test_end_within_a_message_costs_nothing() -> None:
    at = now_us()
    with Jetstream() as server:
        server.faults.append(hang_up_within_a_message)
        server.publish(commit(at, "one"), commit(at + 1, "two"))
        with read(server, cursor=cursor_text(at, server)) as reading:
            until(lambda: reading.texts() == ["one", "two"])
            assert len(reading.errors) == 1
            assert "SourceUnavailable" in reading.errors[0]


def test_silence_means_reconnect_and_meanwhile_chunks_keep_the_lease() -> None:
    at = now_us()
    with Jetstream() as server:
        server.faults.append(stall)
        server.publish(commit(at, "one"))
        with read(server, silence_s=1.6) as reading:
            until(lambda: len(server.asked) == 2)
            assert "silent" in reading.errors[0]
            assert reading.longest_silence_s < 1.0
            server.publish(commit(at + 1, "two"))
            until(lambda: reading.texts() == ["one", "two"])


def test_slow_drip_is_waited_for_while_chunks_keep_the_lease() -> None:
    at = now_us()
    with Jetstream() as server:
        server.faults.append(drip(0.006))
        server.publish(commit(at, "a slow one"))
        with read(server) as reading:
            until(lambda: reading.texts() == ["a slow one"])
            assert reading.longest_silence_s < 1.0
            assert len(reading.chunks) > 2
            assert not reading.errors


def test_error_frame_is_the_end_of_the_connection() -> None:
    with Jetstream() as server:
        server.faults.append(say(b'{"$type":"error","error":"ConsumerTooSlow","message":"hurry"}'))
        with read(server, newer=True) as reading:
            until(lambda: len(server.asked) == 2)
            assert "ConsumerTooSlow hurry" in reading.errors[0]


@pytest.mark.parametrize("when", ["reading", "stalled", "opening"])
def test_it_ends_within_two_seconds_when_asked(when: str) -> None:
    with Jetstream() as server:
        if when == "stalled":
            server.faults.append(stall)
        source = source_of(server)
        if when == "opening":
            # A network that swallows all packets: nobody answers at this address of the documentation range.
            source = BlueskySource(("ws://192.0.2.1:9/subscribe",), "")
        with Reading(source) as reading:
            if when != "opening":
                until(lambda: server.asked)
            until(lambda: reading.waits)
            assert reading.stop() < 10
