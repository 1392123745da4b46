"""An unexpected error in one place ends no loop of a web process, and the failed work is repeated."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import gevent
import pytest
from gevent.event import Event

from pipeline.broker.keys import Names
from pipeline.settings import load
from tests.delivery.simulation.post_rules import KEYS, parse_key
from web.live.fanout import hub as hub_module
from web.live.fanout.hub import Hub
from web.live.fanout.lease_clock import LeaseClock
from web.live.fanout.pubsub_commands import PubSubCommands
from web.live.fanout.pubsub_listener import PubSubListener
from web.live.session import Session
from web.pictures.fetcher import Picture
from web.pictures.proxy import PictureProxy
from web.protocol.client_messages import Subscribe
from web.protocol.close_codes import CLOSES, Close


class FailingHub:
    """A hub that fails at the first message and records the other calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def on_connecting(self) -> None:
        pass

    def on_message(self, channel: bytes, safe: int, body: bytes) -> None:
        self.calls.append(f"message {safe}")
        if safe == 1:
            raise RuntimeError("an error of ours")

    def on_subscribed(self, channel: bytes) -> None:
        pass

    def on_lost(self) -> None:
        self.calls.append("lost")

    def on_restored(self) -> None:
        self.calls.append("restored")


class Line:
    """A Redis connection that acknowledges each subscription and then delivers one message with the next number."""

    made = 0

    def __init__(self, **_values: Any) -> None:
        Line.made += 1
        self._answers: list[list[Any]] = [[b"message", b"t:notices", b"%d\n{}" % Line.made]]

    def connect(self) -> None:
        pass

    def disconnect(self) -> None:
        pass

    def send_command(self, _verb: str, *names: bytes, **_values: Any) -> None:
        self._answers = [[b"subscribe", name, 1] for name in names] + self._answers

    def read_response(self, **_values: Any) -> Any:
        if not self._answers:
            Event().wait()
        return self._answers.pop(0)


def test_a_message_that_the_hub_failed_on_counts_as_a_lost_connection() -> None:
    hub, pool = FailingHub(), SimpleNamespace(connection_class=Line, connection_kwargs={})
    commands = PubSubCommands("t:notices")
    listener = PubSubListener(lambda: pool, commands, hub)  # type: ignore[arg-type,return-value]  # what is used of it
    listener.start()
    with gevent.Timeout(10):
        while "message 2" not in hub.calls:
            gevent.sleep(0.01)
    listener.stop()
    assert hub.calls == ["restored", "message 1", "lost", "restored", "message 2"]


def test_a_search_that_cannot_be_swept_ends_no_renewal(monkeypatch: pytest.MonkeyPatch) -> None:
    part: Any = SimpleNamespace()
    unused = dict.fromkeys(
        ("order", "searches", "watchers", "watermark", "leases", "broadcaster", "losses", "notices", "refill"), part
    )
    hub = Hub(names=Names("t"), clock=LeaseClock(), **unused)
    turns: list[int] = []

    def fail() -> None:
        turns.append(1)
        raise RuntimeError("an error of ours")

    monkeypatch.setattr(hub, "sweep", fail)
    monkeypatch.setattr(hub_module, "SWEEP_EVERY_S", 0.001)
    keeping = gevent.spawn(hub.keep)
    gevent.sleep(0.1)
    assert len(turns) > 1
    assert not keeping.dead
    keeping.kill()


def test_a_subscription_that_fails_by_our_error_closes_so_that_the_client_reconnects() -> None:
    closed: list[Close] = []
    client: Any = SimpleNamespace(ended=False, close=closed.append, send=lambda *_a, **_v: True)
    hub: Any = SimpleNamespace(register=lambda _query: 1 / 0)
    unused: Any = None
    Session(client, hub, unused, unused, parse_key, searches_max=1).subscribe(Subscribe("a", KEYS[0]))
    gevent.sleep(0.05)
    assert closed == [CLOSES["internal"]]


def test_a_picture_that_many_request_at_once_is_fetched_once(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, urls = Event(), []

    def fetch(url: str) -> Picture:
        urls.append(url)
        gate.wait()
        return Picture(b"\x89PNG\r\n\x1a\n", "image/png")

    fetcher: Any = SimpleNamespace(fetch=fetch)
    unused: Any = None
    pictures = PictureProxy(load({"DATA_DIR": str(tmp_path)}), unused, unused, fetcher)
    monkeypatch.setattr(PictureProxy, "_url", lambda *_args: "http://pictures.example/1")
    monkeypatch.setattr(PictureProxy, "_stored", lambda *_args: b"{}")
    asking = [gevent.spawn(pictures.picture, "x:1", "avatar") for _ in range(10)]
    gevent.sleep(0.1)
    gate.set()
    assert {greenlet.get(timeout=10)[1] for greenlet in asking} == {"image/png"}
    assert len(urls) == 1
