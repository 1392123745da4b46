"""The socket, end to end: what is stored comes first, what comes later follows, and every limit has its code."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import time
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from websockets.sync.client import connect

from pipeline.query.parser import parse
from tests.paths import PROJECT
from tests.web.browser import Browser
from tests.web.conftest import Product, Server, wait_until
from tests.web.frames import frames_of
from web.live.clients.client import Client
from web.live.fanout.broadcaster import Broadcaster
from web.live.fanout.lease_clock import LeaseClock
from web.live.fanout.live_search import LiveSearch
from web.live.session import FIRST_POSTS
from web.protocol.frames import MAX_FRAME_BYTES, Frame, frames, parts_of
from web.protocol.server_messages import Deleted, Retracted

SCHEMA = json.loads((PROJECT / "web" / "protocol.schema.json").read_text())


def valid(told: object) -> None:
    """Hold a frame to the published schema."""
    jsonschema.validate(told, SCHEMA | {"anyOf": [{"$ref": "#/$defs/ServerMessage"}]})


def test_history_comes_newest_first_then_live_posts_follow(shared: Product, server: Server) -> None:
    shared.feed(*[shared.post(f"otters number {number}", 100 + number) for number in range(30)])
    browser = Browser(server.port)
    search = browser.subscribe("a", "otters", history=20)
    browser.until_live()
    history = [post["id"] for told in browser.of("history") for post in told["posts"]]
    assert history == [f"demo:{number}" for number in range(129, 109, -1)]
    shared.feed(shared.post("another of the otters", 200), shared.post("no such animal", 201))
    browser.until(lambda: "demo:200" in search.watcher.have)
    assert "demo:201" not in search.watcher.have
    shared.tick()
    browser.until(lambda: [told for told in browser.of("stats") if told["rate"] == 2.5])
    for told in browser.frames:
        valid(told)


def test_a_newer_version_replaces_and_one_that_no_longer_matches_goes(shared: Product, server: Server) -> None:
    shared.feed(shared.post("badgers here", 300), shared.post("badgers there", 301))
    browser = Browser(server.port)
    search = browser.subscribe("a", "badgers")
    browser.until_live()
    shared.feed(shared.post("badgers and more", 300, version=NEWER), shared.post("foxes only", 301, version=NEWER))
    browser.until(lambda: search.watcher.have == {"demo:300": NEWER})
    assert browser.of("gone")
    shared.feed(shared.deletion(300))
    browser.until(lambda: search.watcher.have == {})
    assert ["demo:300"] in [told["ids"] for told in browser.of("deleted")]
    for told in browser.frames:
        valid(told)


NEWER = 4_000_000_000_000


def test_two_ids_of_one_search_share_it_and_leave_it_one_by_one(shared: Product, server: Server) -> None:
    browser = Browser(server.port)
    first = browser.subscribe("a", "stoats  weasels")
    second = browser.subscribe("b", "weasels AND stoats")
    browser.until_live("a")
    browser.until_live("b")
    assert first.key == second.key
    browser.send({"type": "unsubscribe", "id": "a"})
    time.sleep(0.2)
    shared.feed(shared.post("stoats and weasels", 400))
    browser.until(lambda: "demo:400" in second.watcher.have)
    browser.send({"type": "unsubscribe", "id": "b"})
    time.sleep(0.2)
    shared.feed(shared.post("more stoats, weasels", 401))
    browser.drain()
    assert "demo:401" not in second.watcher.have


def test_a_returning_client_gets_what_it_missed_and_no_more(shared: Product, server: Server) -> None:
    shared.feed(*[shared.post("voles", 500 + number) for number in range(5)])
    browser = Browser(server.port)
    search = browser.subscribe("a", "voles")
    browser.until_live()
    browser.drop()
    shared.feed(shared.post("voles again", 510), shared.post("mice now", 501, version=NEWER), shared.deletion(502))
    browser.frames.clear()
    browser.open()
    browser.until_live()
    expected = {"demo:500", "demo:503", "demo:504", "demo:510"}
    assert set(search.watcher.have) == expected
    assert [post["id"] for told in browser.of("history") for post in told["posts"]] == ["demo:510"]


def test_too_much_missed_starts_anew(shared: Product, server: Server) -> None:
    browser = Browser(server.port)
    search = browser.subscribe("a", "lemmings", history=50)
    browser.until_live()
    browser.drop()
    shared.feed(*[shared.post("lemmings", 10_000 + number) for number in range(2_100)])
    browser.open()
    browser.until_live()
    assert browser.of("reset")
    assert set(search.watcher.have) == {f"demo:{10_000 + number}" for number in range(2_050, 2_100)}


def test_too_much_changed_starts_anew_whatever_matches(shared: Product, server: Server) -> None:
    shared.feed(*[shared.post("stoats", 20_000 + number) for number in range(2_100)], shared.post("martens", 25_000))
    browser = Browser(server.port)
    search = browser.subscribe("a", "martens")
    browser.until_live()
    browser.drop()
    shared.feed(*[shared.post("stoats again", 20_000 + number, version=NEWER) for number in range(2_100)])
    browser.open()
    browser.until_live()
    assert browser.of("reset")
    assert set(search.watcher.have) == {"demo:25000"}
    assert not browser.of("error")


def test_deep_history_arrives_whole_and_in_order(shared: Product, server: Server) -> None:
    browser = Browser(server.port)
    browser.subscribe("a", "lemmings", history=5_000)
    browser.until_live()
    ids = [post["id"] for told in browser.of("history") for post in told["posts"]]
    assert ids == [f"demo:{10_000 + number}" for number in range(2_099, -1, -1)]
    assert [told["done"] for told in browser.of("history")].count(True) == 1
    assert len(browser.of("history")[0]["posts"]) == FIRST_POSTS, "what is seen first waits for nothing below it"


def test_clients_with_a_read_limit_take_everything_as_they_come(product: Product) -> None:
    """Python's own limit (1 MiB), and the one that Go's coder/websocket comes with."""
    server = product.serve(OUTBOX_MAX_KB="65536")
    product.feed(*[product.post("otter " * 500, number) for number in range(400)])
    address = f"ws://127.0.0.1:{server.port}/ws"
    plain = connect(address, proxy=None, legacy=True)
    strict = connect(address, proxy=None, legacy=True, max_size=32_768)
    asked = {"type": "subscribe", "id": "a", "query": "otter", "history": 1_000}
    seen: list[dict[str, int]] = []
    for client in (plain, strict):
        client.send(json.dumps(asked))
        have: dict[str, int] = {}
        seen.append(have)
        while not (told := json.loads(client.recv(timeout=20))).get("done"):
            take(have, told)
        assert len(have) == 400
    product.feed(*[product.post("otter " * 500, 400 + number) for number in range(300)])
    product.feed(*[product.post("no more", number, version=NEWER) for number in range(400)])
    product.feed(*[product.deletion(400 + number) for number in range(299)])
    for client, have in zip((plain, strict), seen, strict=True):
        while have != {"demo:699": 1}:
            take(have, json.loads(client.recv(timeout=20)))
        client.close()


def take(have: dict[str, int], told: dict[str, Any]) -> None:
    """Keep what a frame tells; ids and versions."""
    have.update({post["id"]: post["version"] for post in told["posts"]} if told["type"] in ("history", "posts") else {})
    for post_id, _version in told["posts"] if told["type"] == "gone" else ():
        have.pop(post_id, None)
    for post_id in told.get("ids", ()):
        have.pop(post_id, None)


def test_lists_without_posts_come_in_as_many_messages_as_their_size_wants() -> None:
    gone = [(f"mastodon:{'host' * 10}.example/{number}", number) for number in range(5_000)]
    deleted = [post_id for post_id, _ in gone]
    for message, name, items in ((Retracted("k", gone), "posts", gone), (Deleted(deleted), "ids", deleted)):
        told = frames(message)
        assert max(len(frame.payload) for frame in told) <= MAX_FRAME_BYTES
        assert len(told) < 20
        decoded = [json.loads(frame.payload) for frame in told]
        for one in decoded:
            valid(one)
        assert [tuple(item) if name == "posts" else item for one in decoded for item in one[name]] == items
    assert json.loads(frames(Deleted([]))[0].payload) == {"type": "deleted", "ids": []}


def test_live_frames_are_bounded_and_none_says_more_than_was_sent_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    unused: Any = None
    broadcaster = Broadcaster((), LeaseClock())
    search = LiveSearch(parse("otter"), "t:live")
    sent: list[Frame] = []
    search.watchers[Client("", 0, on_full=unused, on_end=unused)] = 1
    monkeypatch.setattr(Client, "send", lambda _client, frame: sent.append(frame))
    for number in range(5):
        broadcaster.add(search, number, b'"%s"' % (b"%d" % number * 14_000))
    broadcaster.add(search, 5, b'"%s"' % (b"5" * 50_000))
    broadcaster.flush()
    (bundle,) = sent
    told = [json.loads(frame.payload) for frame in parts_of(bundle)]
    assert [(one["after"], [post[0] for post in one["posts"]]) for one in told] == [
        (1, ["0", "1"]), (3, ["2", "3"]), (4, ["4"]), (5, ["5"]),
    ]  # fmt: skip
    assert [payload for _, payload in frames_of(bundle.socket)] == [frame.payload for frame in parts_of(bundle)]


def test_a_search_that_is_none_is_told_where(server: Server) -> None:
    browser = Browser(server.port)
    browser.subscribe("a", "cats re:zero")
    told = browser.until(lambda: browser.of("error"))[0]
    assert told["id"] == "a"
    assert told["error"]["code"] == "unknown_operator"
    assert told["error"]["position"] == 5
    valid(told)


def test_every_search_of_a_socket_beyond_the_limit_is_refused(product: Product) -> None:
    server = product.serve(SEARCHES_PER_SOCKET="2")
    browser = Browser(server.port)
    for watch_id, text in (("a", "one"), ("b", "two"), ("c", "three")):
        browser.subscribe(watch_id, text)
    told = browser.until(lambda: browser.of("error"))[0]
    assert (told["id"], told["error"]["code"]) == ("c", "too_many_searches")
    browser.send({"type": "unsubscribe", "id": "a"})
    browser.again("c")
    browser.until_live("c")


def test_a_foreign_origin_is_refused_and_an_allowed_one_is_not(product: Product) -> None:
    server = product.serve(ALLOWED_ORIGINS="https://friend.example")
    for origin in (f"http://127.0.0.1:{server.port}", "https://friend.example", None):
        Browser(server.port, origin=origin).drop()
    for origin in ("https://evil.example", f"http://127.0.0.1:{server.port}.evil.example", "null"):
        with pytest.raises(Exception, match="403"):
            Browser(server.port, origin=origin)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nonsense", 4400),
        ("[" * 10_000, 4400),
        (b"bytes", 4400),
        ("x" * 20_000, 4413),
    ],
    ids=["nonsense", "deep", "binary", "too big"],
)
def test_a_message_that_is_none_closes_with_its_code(server: Server, message: str | bytes, code: int) -> None:
    browser = Browser(server.port)
    browser.send(message)
    assert browser.until_closed() == code


@pytest.mark.parametrize(
    ("message", "words", "named"),
    [
        ({"history": 50_000}, "history: Expected `int` <= 20000", "a"),
        ({"history": -1}, "history: Expected `int` >= 0", "a"),
        ({"after": -1}, "after: Expected `int` >= 0", "a"),
        ({"after": 2**63}, "after: ", "a"),
        ({"query": "x" * 9_000}, "query: Expected `str` of length <= 8192", "a"),
        ({"query": None}, "query: Expected `str`, got `null`", "a"),
        ({"id": "x" * 65}, "id: Expected `str` of length <= 64", None),
        ({"id": ""}, "id: Expected `str` of length >= 1", ""),
        ({"type": "shout"}, "type: Invalid value 'shout'", "a"),
    ],
)
def test_a_message_out_of_bounds_is_refused_by_field_and_bound(
    server: Server, message: dict[str, Any], words: str, named: str | None
) -> None:
    browser = Browser(server.port)
    browser.send({"type": "subscribe", "id": "a", "query": "x"} | message)
    told = browser.until(lambda: browser.of("error"))[0]
    assert (told["error"]["code"], told["id"]) == ("bad_request", named)
    assert told["error"]["message"].startswith(words)
    valid(told)
    browser.subscribe("b", "the socket stays")
    browser.until_live("b")


def test_one_who_talks_too_fast_is_closed(product: Product) -> None:
    browser = Browser(product.serve(MESSAGES_PER_SECOND="2").port)
    for _ in range(11):
        browser.send({"type": "unsubscribe", "id": "a"})
    assert browser.until_closed() == 4429


def raw(port: int) -> socket.socket:
    """Return a connection with the handshake done, to be spoken to in bytes."""
    connection = socket.create_connection(("127.0.0.1", port), 10)
    connection.sendall(HANDSHAKE)
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(1)
    assert b" 101 " in head
    assert b"xtensions" not in head, "no compression is agreed on"
    return connection


HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
)


def close_code(connection: socket.socket) -> int:
    """Read up to the close frame and return its code."""
    data = b""
    while chunk := connection.recv(65_536):
        data += chunk
    at = 0
    while at < len(data):
        size = data[at + 1]
        head = 2
        if size == 126:
            size, head = struct.unpack_from("!H", data, at + 2)[0], 4
        if data[at] == 0x88:
            return int(struct.unpack_from("!H", data, at + head)[0])
        at += head + size
    raise AssertionError("no close frame")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x81\x05hello", 1002),  # a client must mask
        (b"\xf1\x80\0\0\0\0", 1002),  # bits of an extension nobody agreed on
        (b"\x81\x82\0\0\0\0\xff\xfe", 1007),
        (b"\x88\x82\0\0\0\0" + struct.pack("!H", 1000), 1000),
    ],
    ids=["unmasked", "reserved bits", "not utf-8", "goodbye"],
)
def test_broken_bytes_close_with_their_code(server: Server, sent: bytes, code: int) -> None:
    with raw(server.port) as connection:
        connection.sendall(sent)
        assert close_code(connection) == code


def test_a_ping_is_answered_and_a_message_in_pieces_is_put_together(server: Server) -> None:
    with raw(server.port) as connection:
        connection.sendall(b"\x89\x82\0\0\0\0hi")
        seen = b""
        while b"\x8a\x02hi" not in seen:
            seen += connection.recv(4_096)
        text = msgspec.json.encode({"type": "subscribe", "id": "a", "query": "pieces"})
        connection.sendall(b"\x01" + bytes([0x80 | 10]) + b"\0\0\0\0" + text[:10])
        connection.sendall(b"\x89\x80\0\0\0\0")  # a ping may stand between the pieces
        connection.sendall(b"\x80" + bytes([0x80 | (len(text) - 10)]) + b"\0\0\0\0" + text[10:])
        while b'"type":"subscribed"' not in seen:
            seen += connection.recv(4_096)


def test_more_sockets_than_an_address_may_have_are_told_to_come_later(product: Product) -> None:
    server = product.serve(SOCKETS_PER_ADDRESS="2")
    kept = [Browser(server.port), Browser(server.port)]
    refused = Browser(server.port)
    assert refused.until_closed() == 4029
    assert "come back in" in refused.close_reason
    kept[0].connection.close()  # type: ignore[union-attr]
    wait_until(lambda: server.get("/metrics").body.count(b"murmur_web_sockets 1.0"))
    Browser(server.port).until(lambda: True)
    assert server.get("/api/stream?q=x").status in (200, 503)


def test_a_full_process_says_so(product: Product) -> None:
    server = product.serve(SOCKETS_MAX="1")
    kept = Browser(server.port)
    refused = Browser(server.port)
    assert refused.until_closed() == 1013
    kept.drop()


def test_a_handshake_that_is_reset_leaves_no_descriptor(product: Product) -> None:
    server = product.serve(WEB_CONCURRENCY="1")
    (worker,) = server.workers
    served = b"murmur_web_sockets 0.0"

    def descriptors() -> int:
        return len(list(Path(f"/proc/{worker}/fd").iterdir()))

    raw(server.port).close()  # whatever is opened with the first one
    wait_until(lambda: served in server.get("/metrics").body)
    before = descriptors()
    os.kill(worker, signal.SIGSTOP)  # so that each has gone before it is answered
    for _ in range(30):
        connection = socket.create_connection(("127.0.0.1", server.port), 10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(HANDSHAKE)
        connection.close()
    os.kill(worker, signal.SIGCONT)
    wait_until(lambda: served in server.get("/metrics").body and descriptors() <= before + 1)


def test_at_sigterm_every_client_is_told_to_come_back_and_the_process_ends(product: Product) -> None:
    server = product.serve()
    browsers = [Browser(server.port) for _ in range(20)]
    browsers[0].subscribe("a", "whatever")
    browsers[0].until_live()
    took = server.end(signal.SIGTERM)
    assert took < 10
    assert [browser.until_closed() for browser in browsers] == [1001] * 20
    delays = {int(browser.close_reason.split()[-2]) for browser in browsers}
    assert len(delays) > 5, "each gets a delay of its own"
    assert max(delays) <= 5_000


def test_connected_users_are_counted_over_processes(product: Product) -> None:
    first, second = product.serve(), product.serve()
    browsers = [Browser(first.port), Browser(first.port), Browser(second.port)]
    wait_until(lambda: first.get("/api/stats").json["connected"] == 3)
    wait_until(lambda: second.get("/api/stats").json["connected"] == 3)
    for browser in browsers:
        browser.drop()
    second.end()
    wait_until(lambda: first.get("/api/stats").json["connected"] == 0)
