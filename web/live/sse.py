"""`/api/stream`: one search as server-sent events, with the guarantees of the socket, for scripts and for browsers that
cannot open one. An event's id is its `after`; `Last-Event-ID` takes up from there. Without a search it tells what goes
to everybody: status, gaps, and what is withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Flask, Response, request

from web.faults import Refused
from web.live.client import StreamClient, retry
from web.live.session import Session
from web.parameters import integer
from web.process import Web
from web.protocol import MAX_AFTER, MAX_HISTORY, Close, Subscribe

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
        refusal = web.refusal(address, stream=True)
        if refusal is not None:
            return _refused(refusal)
        client = StreamClient(web, address, limit=web.settings.outbox_max_kb * 1024)
        try:
            web.admit(client, Session)
            if text is not None:
                client.session.subscribe(Subscribe("stream", text, history, after))
            response = _response(_events(client))
            response.call_on_close(client.drop)
        except BaseException:
            client.drop()
            raise
        return response


def _response(body: Iterable[bytes]) -> Response:
    response = Response(body, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx passes each event on at once
    response.headers["Connection"] = "close"  # or whoever comes back, comes back to the process that ends
    return response


def _refused(refusal: Close) -> Response:
    """Return an answer that an `EventSource` comes back from.

    By the HTML standard, 9.2, any status but 200 ends one for good, so it is given a stream that says when to come
    back, and ends. Who asks for no event stream gets a status.
    """
    if "text/event-stream" not in request.headers.get("Accept", "") and refusal.name != "going_away":
        raise Refused("too_many_streams", "Too many event streams are open; try again later.")
    return _response([b": %s\n" % refusal.name.encode(), retry(refusal)])


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
    if not last:
        return integer("after", None, 0, MAX_AFTER)
    number = int(last) if last.isascii() and last.isdigit() and len(last) < 20 else -1
    if not 0 <= number <= MAX_AFTER:
        raise Refused("bad_request", f"Last-Event-ID must be a whole number from 0 to {MAX_AFTER}.")
    return number
