"""Slow and silent readers get every byte intact or a clean `lagged`, and delay no other client."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import gevent
import msgspec
import pytest

from tests.web.browser import Browser
from tests.web.conftest import Product, wait_until
from tests.web.frames import frames_of
from tests.web.live.raw_socket import raw
from web.live.clients.client import SPARE_BYTES
from web.live.clients.socket_client import SocketClient
from web.live.socket_session import SocketSession
from web.protocol.close_codes import CLOSES
from web.protocol.frames import Frame
from web.protocol.websocket_frames import close_frame, socket_frame
from web.server.gunicorn_worker import ClientConnection

PADDING = "otter " * 200


def read_quiet(connection: socket.socket, quiet_s: float = 1.0) -> bytes:
    """Read until no frame arrives for a while."""
    connection.settimeout(quiet_s)
    data = bytearray()
    try:
        while chunk := connection.recv(1 << 16):
            data += chunk
    except TimeoutError:
        pass
    return bytes(data)


@pytest.mark.parametrize("outbox_kb", ["65536", "256"], ids=["roomy outbox", "small outbox"])
def test_a_reader_that_stalls_gets_every_byte_intact_or_lagged(product: Product, outbox_kb: str) -> None:
    server = product.serve(OUTBOX_MAX_KB=outbox_kb)
    witness = Browser(server.port)
    seen = witness.subscribe("a", "otter")
    witness.until_live()
    with raw(server.port) as slow:
        request = msgspec.json.encode({"type": "subscribe", "id": "a", "query": "otter", "history": 0})
        slow.sendall(b"\x81" + bytes([0x80 | len(request)]) + b"\0\0\0\0" + request)
        wait_until(lambda: b"murmur_web_sockets 2.0" in server.get("/metrics").body)
        time.sleep(0.3)
        sent = 0
        for _ in range(60):
            product.feed(*[product.post(PADDING, sent + number) for number in range(100)])
            sent += 100
            witness.drain(0.01)
        witness.until(lambda: len(seen.watcher.have) == sent)
        received = [msgspec.json.decode(payload) for opcode, payload in frames_of(read_quiet(slow)) if opcode == 1]
    ids = [post["id"] for frame in received if frame["type"] == "posts" for post in frame["posts"]]
    assert ids == [f"demo:{number}" for number in range(len(ids))], "in order, none missing, none twice"
    lagged = [at for at, frame in enumerate(received) if frame["type"] == "lagged"]
    if outbox_kb == "256":
        assert len(lagged) == 1
        assert 0 < len(ids) < sent
        assert not [frame for frame in received[lagged[0] :] if frame.get("key") and frame["type"] != "lagged"]
    else:
        assert not lagged
        assert len(ids) == sent
    assert not witness.of("lagged")


def test_a_client_that_lagged_resumes_where_it_was(product: Product) -> None:
    server = product.serve(OUTBOX_MAX_KB="64")
    browser = Browser(server.port)
    search = browser.subscribe("a", "otter")
    browser.until_live()
    sent = 0
    while b"murmur_web_lagged_total 1.0" not in server.get("/metrics").body:
        assert sent < 50_000, "the system's own buffers hold some thousand"
        product.feed(*[product.post(PADDING, sent + number) for number in range(20)])
        sent += 20
    browser.until(lambda: browser.of("lagged"))
    assert len(search.watcher.have) < sent
    browser.drain()
    browser.again("a")
    browser.until_live()
    # A client that missed more than 2,000 posts starts anew and holds the newest 500.
    missed_much = bool(browser.of("reset"))
    assert len(search.watcher.have) == (500 if missed_much else sent)


class Owner:
    """Records a client's messages, full outboxes and end."""

    def __init__(self) -> None:
        self.full: list[Frame] = []
        self.ended = 0
        self.messages: list[bytes] = []

    def on_message(self, text: bytes) -> None:
        self.messages.append(text)

    def on_full(self, client: Any, frame: Frame) -> None:
        self.full.append(frame)

    def on_end(self, client: Any) -> None:
        self.ended += 1


@pytest.fixture
def pair() -> Iterator[tuple[SocketClient, Owner, socket.socket]]:
    """A client over a socket pair, and the far end."""
    near, far = socket.socketpair()
    owner = Owner()
    fd = os.dup(near.fileno())
    client = SocketClient(fd, "", limit=64 * 1024, max_message=1_000, on_full=owner.on_full, on_end=owner.on_end)
    client.session = owner
    near.close()
    yield client, owner, far
    client.drop()
    far.close()


def test_the_outbox_never_grows_over_its_bound(pair: tuple[SocketClient, Owner, socket.socket]) -> None:
    client, owner, _far = pair
    for _ in range(2_000):
        client.send(Frame("posts", b"x" * 10_000, "k", 1))
    assert client.queued <= client.limit
    assert owner.full
    for _ in range(2_000):
        client.send(Frame("lagged", b"x" * 100, "k"), always=True)
    assert client.queued <= client.limit + SPARE_BYTES
    assert owner.ended == 1, "a client that gets `lagged` again and again and takes nothing is dropped"


def test_a_reader_that_takes_nothing_for_a_minute_is_let_go(
    pair: tuple[SocketClient, Owner, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, owner, _far = pair
    now = time.monotonic()
    client.send(Frame("posts", b"x" * 1_000_000, "k", 1))
    assert not client.stalled(now + 59)
    assert client.stalled(now + 61)
    client.close_now(CLOSES["too_slow"])
    assert owner.ended == 1


def test_nothing_is_written_into_the_middle_of_a_frame(pair: tuple[SocketClient, Owner, socket.socket]) -> None:
    client, _owner, far = pair
    payloads = [bytes([65 + number]) * 50_000 for number in range(5)]
    far.setblocking(False)
    data = bytearray()

    def read_some() -> None:
        try:
            while chunk := far.recv(7_001):
                data.extend(chunk)
        except BlockingIOError:
            return

    for payload in payloads:
        client.send(Frame("posts", payload, "k", 1))
        client.ping()
        read_some()
        gevent.sleep(0)
    client.close(CLOSES["going_away"])
    for _ in range(200):
        read_some()
        gevent.sleep(0.001)
    got = list(frames_of(bytes(data)))
    assert [payload for opcode, payload in got if opcode == 1] == payloads
    assert got[-1][0] == 8


def test_a_peer_that_gives_no_sign_of_life_is_pinged_and_then_known(
    pair: tuple[SocketClient, Owner, socket.socket],
) -> None:
    client, _owner, far = pair
    alive = [client.alive]
    client.ping()
    gevent.sleep(0.01)
    alive.append(client.alive)
    assert far.recv(10) == b"\x89\x00"
    far.sendall(b"\x8a\x80\0\0\0\0")
    gevent.sleep(0.01)
    alive.append(client.alive)
    assert alive == [True, False, True]


def test_fragments_of_nothing_do_not_pile_up_and_a_flood_of_pings_gets_one_answer(
    pair: tuple[SocketClient, Owner, socket.socket],
) -> None:
    client, owner, far = pair
    far.sendall(b"\x01\x81\0\0\0\0a" + b"\x00\x80\0\0\0\0" * 1_000)
    gevent.sleep(0.05)
    assert client._parser is not None
    assert len(client._parser._fragments) == 1
    far.sendall(b"\x89\x80\0\0\0\0" * 999 + b"\x89\x81\0\0\0\0z" + b"\x80\x81\0\0\0\0b")
    gevent.sleep(0.05)
    assert owner.messages == [b"ab"]
    assert far.recv(1_000) == b"\x8a\x01z"


TOO_BIG = b"\x01\xfe" + struct.pack("!H", 2_000) + b"\0\0\0\0" + b"x" * 2_000  # of a limit of 1,000


@pytest.mark.parametrize(
    "sent", [b"\xf1\x80\0\0\0\0", b"\x81\x82\0\0\0\0\xff\xfe", TOO_BIG], ids=["no frame", "no text", "too big"]
)
def test_bytes_of_a_refused_peer_are_not_kept(pair: tuple[SocketClient, Owner, socket.socket], sent: bytes) -> None:
    client, owner, far = pair
    while not client.queued:  # the peer reads nothing, so the close frame waits
        client.send(Frame("posts", b"x" * 10_000, "k", 1))
    far.sendall(sent)
    gevent.sleep(0.01)
    assert client.closing
    far.setblocking(False)
    total = 0
    tracemalloc.start()
    try:
        while total < 4_000_000:
            try:
                total += far.send(b"x" * 16_384)
            except BlockingIOError:
                gevent.sleep(0)  # gives the client a turn
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 200_000, "of four million bytes"
    assert not client.ended
    assert not owner.messages


def test_close_frames_fit_and_carry_the_reconnection_delay() -> None:
    for close in CLOSES.values():
        data = close_frame(close)
        assert data == socket_frame(data[2:], 0x8)
        assert len(data) <= 127
        assert ("come back in" in close.reason()) == (close.again is not None)
        # The code alone shows, too, whether a browser may reconnect by itself.
        assert (close.again is None) == (close.code in (1000, 1002, 1007) or 4400 <= close.code < 4500)


def test_an_error_of_ours_closes_with_its_code_and_nothing_else(
    pair: tuple[SocketClient, Owner, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _owner, far = pair
    unused: Any = None
    client.session = SocketSession(client, unused, unused, unused, unused, searches_max=1, messages_per_s=20)
    text = b'{"type":"subscribe","id":"a","query":"x"}'
    far.sendall(b"\x81" + bytes([0x80 | len(text)]) + b"\0\0\0\0" + text)  # without a parser the session fails
    gevent.sleep(0.05)
    ((opcode, payload),) = frames_of(far.recv(1_000))
    assert (opcode, struct.unpack_from("!H", payload)[0]) == (8, 1011)


@pytest.mark.parametrize("path", ["/api/stream?q=otter&history=20000", "/api/export?q=otter"])
def test_a_streamed_response_that_nobody_reads_is_ended_and_frees_its_place(product: Product, path: str) -> None:
    server = product.serve(
        GUNICORN_CMD_ARGS="--worker-class tests.web.server.hasty_worker.Worker", OUTBOX_MAX_KB="65536"
    )
    for start in range(0, 3_000, 500):
        product.feed(*[product.post(PADDING, start + number) for number in range(500)])
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.connect(("127.0.0.1", server.port))
        slow.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert slow.recv(1) == b"H"
        wait_until(lambda: "stalled" in server.log.read_text(), 30)
    assert b"murmur_web_streams 0.0" in server.get("/metrics").body


def test_a_peer_that_takes_little_at_a_time_gets_all_of_it() -> None:
    near, far = socket.socketpair()
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    connection = ClientConnection(near.family, near.type, near.proto, fileno=near.detach())
    connection.settimeout(0.5)
    far.setblocking(False)
    got = bytearray()
    began = time.monotonic()

    def read_some() -> None:
        while len(got) < 1_000_000:
            gevent.sleep(0.1)
            with contextlib.suppress(BlockingIOError):
                got.extend(far.recv(100_000))

    reading = gevent.spawn(read_some)
    connection.sendall(b"x" * 1_000_000)
    assert time.monotonic() - began > 0.5, "it took longer than the timeout, and always went on"
    reading.join(10)
    with pytest.raises(TimeoutError):
        connection.sendall(b"x" * 1_000_000)
    connection.close()
    far.close()
