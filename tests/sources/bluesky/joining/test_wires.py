"""Which wire a server is asked for: the newer first, the older where it is not known, and both again later."""

from __future__ import annotations

import pytest

from pipeline.sources.bluesky.connection import StreamRefused
from pipeline.sources.bluesky.jetstream_url import NEWER_PATH
from pipeline.sources.bluesky.joining.wires import ASK_AGAIN_S, Wires
from tests.sources.background_reading import until
from tests.sources.bluesky.reading import now_us, read
from tests.sources.simulators.jetstream import Jetstream, commit
from tests.sources.simulators.jetstream_world import WorldClock

URL, NEWER = "wss://a.example/subscribe", f"wss://a.example{NEWER_PATH}"


@pytest.mark.parametrize("status", [200, 400, 403, 404, 405, 426, 501])
def test_server_that_does_not_know_the_newer_wire_is_remembered_for_a_while(status: int) -> None:
    clock = WorldClock()
    wires = Wires(clock)
    assert wires.address(URL) == NEWER
    assert wires.refused(URL, NEWER, StreamRefused(status, "", 0.0))
    assert wires.address(URL) == URL
    assert wires.address("wss://b.example") == f"wss://b.example{NEWER_PATH}", "each server of its own"
    clock.wait(ASK_AGAIN_S)
    assert wires.address(URL) == NEWER


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_server_that_is_busy_is_not_taken_for_an_old_one(status: int) -> None:
    wires = Wires(WorldClock())
    assert not wires.refused(URL, NEWER, StreamRefused(status, "", 0.0))
    assert wires.address(URL) == NEWER


def test_path_that_names_a_wire_is_kept() -> None:
    wires = Wires(WorldClock())
    for url in (NEWER, "wss://a.example/jet/stream"):
        assert wires.address(url) == url
        assert not wires.refused(url, url, StreamRefused(404, "", 0.0))


def test_old_server_is_asked_for_the_newer_wire_once() -> None:
    with Jetstream(original=True) as server, read(server) as reading:
        until(lambda: len(server.requested) == 2)
        server.publish(commit(now_us(), "one"))
        until(lambda: reading.texts() == ["one"])
        server.drop()
        until(server.cursors)
        assert [request.path for request in server.requested][:2] == [NEWER_PATH, "/subscribe"]
        assert {request.path for request in server.requested[2:]} == {"/subscribe"}
        assert len(reading.errors) == 1, "the drop alone"
