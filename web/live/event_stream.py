"""`/api/stream`: one or several searches as server-sent events, with the guarantees and limits of the socket.

The route serves scripts, and browsers that cannot open a socket. An event's id is the least `after` of its searches;
`Last-Event-ID` resumes there. Without a search the stream carries what goes to every client: status, gaps, deletions.
`deck` follows decks. A refused browser gets a stream that only says when to reconnect; idle streams get a comment to
keep them open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from flask import Blueprint, Response, request

from web.api_errors import ApiError
from web.live.client_admission import Admission
from web.live.clients.event_stream_client import StreamClient, retry_line
from web.live.fanout.deck_followers import DECKS_FOLLOWED_MAX
from web.live.stream_request import subscriptions
from web.protocol.close_codes import Close
from web.request_parameters import deck_ids

STREAM_KEEP_ALIVE_S = 15.0
"""Seconds without an event after which a comment keeps the connection alive."""
RETRY_MS = 2_000
"""Milliseconds after which a browser reconnects when the stream breaks."""


def blueprint(admission: Admission) -> Blueprint:
    """Return the route of event streams."""
    routes = Blueprint("event_stream", __name__)
    routes.add_url_rule("/api/stream", view_func=partial(stream, admission), endpoint="stream")
    return routes


def stream(admission: Admission) -> Response:
    """Return an event stream of one or several searches, or of what goes to every client."""
    requested = subscriptions(request.query_string, request.headers.get("Last-Event-ID", "").strip())
    decks = deck_ids("deck", DECKS_FOLLOWED_MAX)
    address = request.remote_addr or ""
    refusal = admission.refusal(address, stream=True)
    if refusal is not None:
        return _refused(refusal)
    client = admission.stream_client(address)
    try:
        admission.admit(client)
        for one in requested:
            client.resume_points.expect(one.id)
        for one in requested:
            client.session.subscribe(one)
        for deck in decks:
            client.session.follow(deck)
        response = _response(_events(client))
        response.call_on_close(client.drop)
    except BaseException:
        client.drop()
        raise
    return response


def _response(body: Iterable[bytes]) -> Response:
    response = Response(body, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # so that nginx passes each event on at once
    response.headers["Connection"] = "close"  # a kept connection would lead back to a process that drains
    return response


def _refused(refusal: Close) -> Response:
    """Return a response after which an `EventSource` reconnects.

    By the HTML standard, 9.2, any status but 200 ends an `EventSource` for good, so it gets a stream with a
    `retry` line that ends at once. A client that does not accept event streams gets a status.
    """
    if "text/event-stream" not in request.headers.get("Accept", "") and refusal.name != "going_away":
        raise ApiError("too_many_streams", "Too many event streams are open; try again later.")
    return _response([b": %s\n" % refusal.name.encode(), retry_line(refusal)])


def _events(client: StreamClient) -> Iterator[bytes]:
    yield b"retry: %d\n\n" % RETRY_MS
    try:
        while True:
            data = client.take(STREAM_KEEP_ALIVE_S)
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
