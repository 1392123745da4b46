"""Clients that stall while they send or read are dropped; slow ones are served in full."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from tests.web.conftest import Product, Server, make_product, wait_until
from web.store_pool import EXPORTS_MAX

PIECE_TIMEOUT_S = 1
POSTS = 6_000
"""Posts of some 15 MB together: more than the buffers of a connection hold."""


@pytest.fixture(scope="module")
def stocked(valkey_server: str) -> Iterator[Product]:
    """A product with many posts."""
    for product in make_product(valkey_server, INGEST_TOKEN="sesame"):
        for start in range(0, POSTS, 500):
            product.feed(*[product.post("otter " + "x" * 2_000, start + number) for number in range(500)])
        yield product


@pytest.fixture(scope="module")
def server(stocked: Product) -> Server:
    """A web server with a short time limit."""
    return stocked.serve(f"web:create_app(piece_timeout_s={PIECE_TIMEOUT_S})")


def connected(server: Server, request: str) -> socket.socket:
    """Return a connection with small buffers, a request sent on it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.settimeout(30)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(request.replace("\n", "\r\n").encode())
    return connection


def all_of(connection: socket.socket) -> bytes:
    """Return the bytes up to the end of the connection."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65_536), b""))


POSTING = "POST {} HTTP/1.1\nHost: localhost\nAuthorization: Bearer sesame\n"


@pytest.mark.parametrize("path", ["/login", "/api/track", "/api/ingest"])
@pytest.mark.parametrize("length", ["Content-Length: 1000", "Transfer-Encoding: chunked"])
def test_a_body_that_stops_coming_is_given_up(server: Server, path: str, length: str) -> None:
    form = "Content-Type: application/x-www-form-urlencoded\n"
    body = "3e8\nabc" if "chunked" in length else "abc"
    answer = all_of(connected(server, f"{POSTING.format(path)}{form}{length}\n\n{body}"))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"http"' in answer
    assert b"too slowly" in answer


def test_a_body_that_trickles_is_given_up(server: Server) -> None:
    connection = connected(server, POSTING.format("/api/ingest") + "Content-Length: 100000\n\n")
    with connection:
        connection.settimeout(PIECE_TIMEOUT_S / 5)
        for _ in range(600):
            connection.sendall(b"{")
            try:
                answer = connection.recv(100)
            except TimeoutError:
                continue
            assert answer.startswith(b"HTTP/1.1 408 ")
            return
    pytest.fail("the server waits for ever")


def test_exports_that_nobody_reads_are_ended_and_free_their_places(server: Server) -> None:
    export = "GET /api/export?q=otter HTTP/1.1\nHost: localhost\n\n"
    stalled = [connected(server, export) for _ in range(EXPORTS_MAX)]
    wait_until(lambda: server.get("/api/export?q=nothing").status == 503, 30)
    wait_until(lambda: server.get("/api/export?q=nothing").status == 200, 30)
    for connection in stalled:
        connection.close()
    assert "Traceback" not in server.log.read_text(), "a stranger fills no log"


def test_a_stream_that_nobody_reads_is_ended(server: Server) -> None:
    stream = "GET /api/stream?q=otter&history=20000 HTTP/1.1\nHost: localhost\n\n"
    with connected(server, stream):
        wait_until(lambda: b"murmur_web_streams 1.0" in server.get("/metrics").body, 30)
        wait_until(lambda: b"murmur_web_streams 0.0" in server.get("/metrics").body, 60)


def test_a_reader_that_is_slow_but_reads_gets_all(server: Server) -> None:
    connection = connected(server, "GET /api/export?q=otter&format=ids HTTP/1.0\nHost: localhost\n\n")
    parts = []
    with connection:
        while part := connection.recv(4_096):
            parts.append(part)
            time.sleep(0.02)
    assert len(b"".join(parts).partition(b"\r\n\r\n")[2].splitlines()) == POSTS


def test_a_file_and_a_large_answer_come_whole(server: Server) -> None:
    page = server.get("/api/search?q=otter&limit=500")
    assert len(page.json["posts"]) == 500
    assert int(page.headers["Content-Length"]) == len(page.body) > 1_000_000
    index = server.get("/static/index.html")
    assert int(index.headers["Content-Length"]) == len(index.body)
    assert b"</html>" in index.body
