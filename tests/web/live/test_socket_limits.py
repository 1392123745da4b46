"""Limits of the socket: bad messages, origins, rates and counts end with the code of docs/reference/protocol.md."""

from __future__ import annotations

import os
import signal
import socket
import struct
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.web.browser import Browser
from tests.web.conftest import Product, Server, wait_until
from tests.web.frames import valid
from tests.web.live.raw_socket import HANDSHAKE, close_code, raw


def test_every_search_of_a_socket_beyond_the_limit_is_refused(product: Product) -> None:
    server = product.serve(SEARCHES_PER_SOCKET="2")
    browser = Browser(server.port)
    for watch_id, text in (("a", "one"), ("b", "two"), ("c", "three")):
        browser.subscribe(watch_id, text)
    frame = browser.until(lambda: browser.of("error"))[0]
    assert (frame["id"], frame["error"]["code"]) == ("c", "too_many_searches")
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
def test_a_message_that_is_no_json_object_closes_with_its_code(server: Server, message: str | bytes, code: int) -> None:
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
    frame = browser.until(lambda: browser.of("error"))[0]
    assert (frame["error"]["code"], frame["id"]) == ("bad_request", named)
    assert frame["error"]["message"].startswith(words)
    valid(frame)
    browser.subscribe("b", "the socket stays")
    browser.until_live("b")


def test_a_client_that_sends_too_fast_is_closed(product: Product) -> None:
    browser = Browser(product.serve(MESSAGES_PER_SECOND="2").port)
    for _ in range(11):
        browser.send({"type": "unsubscribe", "id": "a"})
    assert browser.until_closed() == 4429


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x81\x05hello", 1002),  # a client must mask
        (b"\xf1\x80\0\0\0\0", 1002),  # bits of an extension that was not negotiated
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


def test_sockets_beyond_the_limit_of_an_address_are_closed_to_retry_later(product: Product) -> None:
    server = product.serve(SOCKETS_PER_ADDRESS="2")
    kept = [Browser(server.port), Browser(server.port)]
    refused = Browser(server.port)
    assert refused.until_closed() == 4029
    assert "come back in" in refused.close_reason
    kept[0].connection.close()  # type: ignore[union-attr]
    wait_until(lambda: server.get("/metrics").body.count(b"murmur_web_sockets 1.0"))
    Browser(server.port).until(lambda: True)
    assert server.get("/api/stream?q=x").status in (200, 503)


def test_a_full_process_closes_new_sockets_with_its_code(product: Product) -> None:
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

    raw(server.port).close()  # opens the descriptors that only a first socket needs
    wait_until(lambda: served in server.get("/metrics").body)
    before = descriptors()
    os.kill(worker, signal.SIGSTOP)  # so that each peer disconnects before its handshake is answered
    for _ in range(30):
        connection = socket.create_connection(("127.0.0.1", server.port), 10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(HANDSHAKE)
        connection.close()
    os.kill(worker, signal.SIGCONT)
    wait_until(lambda: served in server.get("/metrics").body and descriptors() <= before + 1)


def test_at_sigterm_every_client_gets_a_close_to_reconnect_and_the_process_ends(product: Product) -> None:
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
