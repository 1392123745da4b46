"""Simulated Jetstream beside the real one: both are asked the same questions, and answer alike."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.sync.client import connect

from pipeline.sources.bluesky.jetstream_url import NEWER_PATH
from tests.real_servers.writing import DID, post, record
from tests.servers.jetstream import relay as real
from tests.servers.jetstream.relay import Relay
from tests.servers.jetstream.server import JetstreamProcess
from tests.sources.simulators import jetstream as simulated
from tests.sources.simulators.jetstream import Jetstream

QUIET_S = 1.0
"""Seconds after which a server that has said nothing has sent its past."""


@dataclass
class Either:
    """A real or a simulated server. `publish`: write posts by their keys."""

    url: str
    publish: Callable[..., None]

    def frames(self, question: str, *then: str, quiet_s: float = QUIET_S) -> list[dict[str, Any]]:
        """Return what it sends to a question until it is quiet, and after that of the posts written `then`."""
        found = []
        with connect(f"{self.url}/subscribe{question}", compression=None) as stream:
            for keys in ((), then) if then else ((),):
                if keys:
                    self.publish(*keys)
                try:
                    while True:
                        found.append(json.loads(stream.recv(timeout=quiet_s)))
                except TimeoutError:
                    continue
        return found

    def keys(self, question: str, *then: str) -> list[str]:
        """Return the keys of the posts among these."""
        return [frame["commit"]["rkey"] for frame in self.frames(question, *then)]

    def status(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body of its answer to a request for a stream."""
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        request = urllib.request.Request(
            self.url.replace("ws", "http", 1) + path,
            headers={**upgrade, "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="},
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().strip()


@pytest.fixture(params=["real", "simulated"])
def either(request: pytest.FixtureRequest) -> Iterator[Either]:
    if request.param == "real":
        relay: Relay = request.getfixturevalue("relay")
        server: JetstreamProcess = request.getfixturevalue("jetstream")
        yield Either(server.url, lambda *keys: relay.publish(*(post(key) for key in keys)))
        return
    with Jetstream(original=True) as simulator:

        def publish(*keys: str) -> None:
            for key in keys:
                simulator.publish(simulated.commit(time.time_ns() // 1000, rkey=key, did=DID))

        yield Either(simulator.url.removesuffix("/subscribe"), publish)


def written(either: Either) -> list[int]:
    """Write three posts and return the server's times of them."""
    with connect(f"{either.url}/subscribe", compression=None) as stream:
        while True:  # until the stream is counted among its readers
            either.publish("3kfirst")
            try:
                stream.recv(timeout=0.3)
                break
            except TimeoutError:
                continue
        either.publish("3ksecond", "3kthird")
        return [json.loads(stream.recv(timeout=5))["time_us"] for _ in range(2)]


def test_stream_without_a_cursor_begins_now(either: Either) -> None:
    written(either)
    assert either.keys("", "3know") == ["3know"]


def test_cursor_is_inclusive(either: Either) -> None:
    second_us, _ = written(either)
    assert either.keys(f"?cursor={second_us}", "3know") == ["3ksecond", "3kthird", "3know"]
    assert either.keys(f"?cursor={second_us + 1}", "3klater")[0] == "3kthird"


def test_cursor_beyond_the_newest_event_brings_all_that_is_held(either: Either) -> None:
    _, third_us = written(either)
    assert either.keys(f"?cursor={third_us + 1}")[-3:] == ["3kfirst", "3ksecond", "3kthird"]


def test_cursor_of_the_future_begins_now(either: Either) -> None:
    written(either)
    assert either.keys(f"?cursor={time.time_ns() // 1000 + 3_600_000_000}", "3know") == ["3know"]


@pytest.mark.parametrize("number", [1, 3, 2_000])
def test_number_of_an_event_is_no_cursor_and_brings_what_its_digits_stand_before(either: Either, number: int) -> None:
    """Times are compared as text: "2000" stands behind every time of today, and then all is sent, too."""
    written(either)
    assert either.keys(f"?cursor={number}")[-3:] == ["3kfirst", "3ksecond", "3kthird"]


@pytest.mark.parametrize("cursor", ["soon", "1.5", "1e15"])
def test_cursor_that_is_no_number_is_refused(either: Either, cursor: str) -> None:
    assert either.status(f"/subscribe?cursor={cursor}")[0] == 400


@pytest.mark.parametrize("cursor", ["0", "-5"])
def test_cursor_before_all_events_brings_all_that_is_held(either: Either, cursor: str) -> None:
    written(either)
    assert either.keys(f"?cursor={cursor}")[-3:] == ["3kfirst", "3ksecond", "3kthird"]


@pytest.mark.parametrize("path", [NEWER_PATH, "/xrpc/network.bsky.jetstream.getZstdDictionary", "/elsewhere"])
def test_path_that_it_does_not_know_is_not_found(either: Either, path: str) -> None:
    status, body = either.status(path)
    assert (status, json.loads(body)) == (404, {"message": "Not Found"})


def test_events_have_the_same_fields(relay: Relay, jetstream: JetstreamProcess) -> None:
    sent = Either(
        jetstream.url,
        lambda *_: relay.publish(
            real.commit(DID, "3kone", record("one")),
            real.commit(DID, "3kone", None, operation="delete"),
            real.identity(DID, "ann.example"),
            real.account(DID, active=False, status="deleted"),
        ),
    ).frames("", "all")
    created, deleted, identity, account = sent
    ours = simulated.commit(1, "one", did=DID, rkey="3kone")
    gone = simulated.commit(1, did=DID, rkey="3kone", operation="delete")
    assert created.keys() == ours.keys()
    assert created["commit"].keys() == ours["commit"].keys()
    assert created["commit"]["record"].keys() == ours["commit"]["record"].keys()
    assert deleted["commit"].keys() == gone["commit"].keys()
    assert set(identity["identity"]) == {"did", "handle", "seq", "time"}
    assert set(account["account"]) == {"active", "did", "seq", "status", "time"}
