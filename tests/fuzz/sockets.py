"""Raw TCP to `/ws` and `/api/stream`: mutated handshakes and frames, torn, dripped and reset. The web process lives on,
and gives back descriptors and memory."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import struct
import time

from tests.fuzz.http import alive
from tests.fuzz.mutate import mutated_bytes, mutated_text, mutated_tree
from tests.fuzz.product import web
from tests.fuzz.running import Fault, Memory, Run, sockets_of
from tests.fuzz.samples import SEARCHES
from tests.web.conftest import Server

MESSAGES = (
    {"type": "subscribe", "id": "a", "query": "cats", "history": 5, "after": None},
    {"type": "subscribe", "id": "b", "query": "*", "history": 500, "after": 0},
    {"type": "unsubscribe", "id": "a"},
    {"type": "unsubscribe", "id": "x"},
)
OPCODES = (0x1, 0x1, 0x1, 0x1, 0x0, 0x2, 0x8, 0x9, 0xA, 0x3, 0xF)
AT_ONCE = 20
RETURN_WITHIN_S = 45.0
KEPT_SOCKETS = 6
"""Sockets that a process may have more than at the beginning: connections to Redis that were opened meanwhile."""


def handshake(chance: random.Random) -> bytes:
    """Return a handshake for a socket, or a request for an event stream."""
    if chance.random() < 0.25:
        return b"GET /api/stream?q=cats HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: %d\r\n\r\n" % chance.randrange(
            10**6
        )
    lines = [
        *(b"GET /ws HTTP/1.1", b"Host: 127.0.0.1", b"Upgrade: websocket", b"Connection: Upgrade"),
        *(b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
    ]
    if chance.random() < 0.3:
        lines.append(b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")
    whole = b"\r\n".join(lines) + b"\r\n\r\n"
    return mutated_bytes(chance, whole) if chance.random() < 0.2 else whole


def frame(chance: random.Random) -> bytes:
    """Return a frame of a client: mostly a message of the protocol, mutated."""
    tree = chance.choice(MESSAGES)
    if chance.random() < 0.6:
        tree = mutated_tree(chance, tree, MESSAGES)
    text = json.dumps(tree)
    if chance.random() < 0.3:
        text = text.replace("cats", mutated_text(chance, chance.choice(SEARCHES)))
    data = text.encode(errors="replace")
    if chance.random() < 0.2:
        data = mutated_bytes(chance, data)
    final = 0x80 if chance.random() < 0.85 else 0
    reserved = chance.choice((0, 0, 0, 0, 0, 0x40, 0x20, 0x10))
    first = final | reserved | chance.choice(OPCODES)
    size = len(data) if chance.random() < 0.95 else chance.choice((0, 125, 2**16, 2**32, 2**63 - 1))
    masked = 0x80 if chance.random() < 0.95 else 0
    if size < 126:
        head = struct.pack("!BB", first, masked | size)
    else:
        head = (
            struct.pack("!BBH", first, masked | 126, size)
            if size < 65_536
            else struct.pack("!BBQ", first, masked | 127, size)
        )
    mask = chance.randbytes(4) if masked else b"\0\0\0\0"
    body = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
    return head + (mask if masked else b"") + body


def visit(chance: random.Random, port: int) -> socket.socket | None:
    """Open a connection, send something, and leave it in some way; return it if it stays open for now."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    connection.settimeout(0.2)
    with contextlib.suppress(OSError):
        hello = handshake(chance)
        if chance.random() < 0.15:
            hello = hello[: chance.randrange(len(hello))]
        connection.sendall(hello)
        if chance.random() < 0.7:
            connection.recv(2_048)
        stream = b"".join(frame(chance) for _ in range(chance.randrange(12)))
        stream = mutated_bytes(chance, stream) if stream and chance.random() < 0.2 else stream
        while stream:
            cut = chance.choice((len(stream), 1, 7, 1_000))
            connection.sendall(stream[:cut])
            stream = stream[cut:] if chance.random() < 0.98 else b""
        if chance.random() < 0.3:
            connection.recv(65_536)
        if chance.random() < 0.2:
            return connection
    if chance.random() < 0.5:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closing resets it
    connection.close()
    return None


def run(run: Run) -> None:
    """Visit until the time is over, then wait until descriptors and memory are released."""
    with web(IMAGES="off") as product:
        product.feed(*(product.post(f"cats {number}", number) for number in range(1, 30)))
        server = product.serve()
        pids = tuple(server.workers)
        for _ in range(20):  # what is opened once is open before it is counted
            visit(random.Random(0), server.port)
        time.sleep(1)
        before = sum(map(sockets_of, pids))
        staying: list[socket.socket] = []
        with run.watched(Memory(pids)) as after:
            for chance in run.cases():
                kept = visit(chance, server.port)
                staying += [kept] if kept is not None else []
                if len(staying) > AT_ONCE:
                    staying.pop(chance.randrange(len(staying))).close()
                if run.done % 50 == 0:
                    alive(server, pids, b"")
                after()
            for one in staying:
                one.close()
            alive(server, pids, b"")
            _returned(server, pids, before)


def _returned(server: Server, pids: tuple[int, ...], before: int) -> None:
    until_s = time.monotonic() + RETURN_WITHIN_S
    while (now := sum(map(sockets_of, pids))) > before + KEPT_SOCKETS:
        if time.monotonic() > until_s:
            raise Fault(f"{now - before} sockets did not come back\n{server.log.read_text()[-2_000:]}", b"")
        time.sleep(0.2)
