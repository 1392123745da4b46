"""`/api/stream`: one search as server-sent events, with the guarantees of the socket, for scripts and for browsers that
cannot open one. An event's id is its `after`; `Last-Event-ID` takes up from there. Without a search it tells what goes
to everybody: status, gaps, and what is withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, Response, request

from web.client import StreamClient
from web.faults import Refused
from web.parameters import MAX_DIGITS, integer
from web.process import Web
from web.protocol import MAX_HISTORY, Subscribe
from web.session import Session

SILENCE_S = 15.0
RETRY_MS = 2_000


def install(app: Flask, web: Web) -> None:
    """Add the route."""

    @app.get("/api/stream")
    def stream() -> Response:
        text = request.args.get("q")
        if text is not None:
            web.parse(text)  # a search that is none is refused with a status, not with an event
        history = integer("history", 500, 0, MAX_HISTORY)
        after = _after()
        address = request.remote_addr or ""
        if web.draining:
            raise Refused("too_many_streams", "This web process ends; try again.")
        if web.streams >= web.settings.streams_max or web.addresses[address] >= web.settings.sockets_per_address:
            raise Refused("too_many_streams", "Too many event streams are open; try again later.")
        client = StreamClient(web, address, limit=web.settings.outbox_max_kb * 1024)
        web.admit(client, Session)
        if text is not None:
            client.session.subscribe(Subscribe("stream", text, history, after))
        response = Response(_events(client), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Accel-Buffering"] = "no"  # nginx passes each event on at once
        response.call_on_close(client.drop)
        return response


def _events(client: StreamClient) -> Iterator[bytes]:
    yield b"retry: %d\n\n" % RETRY_MS
    try:
        while True:
            data = client.take(SILENCE_S)
            if data:
                yield data
            if client.ended:
                return
            if not data:
                yield b": still here\n\n"
            if client.finished:
                return
    finally:
        client.drop()


def _after() -> int | None:
    last = request.headers.get("Last-Event-ID", "").strip()
    if last.isascii() and last.isdigit() and len(last) <= MAX_DIGITS:
        return int(last)
    return integer("after", None, 0, 2**63 - 1)
