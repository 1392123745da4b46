"""`/api/track`: what is taken in, seen by anybody, changed by who bears a token.

Readers and workers follow by themselves, and the change becomes a row of coverage.
"""

from __future__ import annotations

import msgspec
from flask import Flask, Response, request

from pipeline.worker.track_setting import change_track, current_track
from web.api.routes import answer
from web.auth import Auth
from web.faults import Refused
from web.process import Web


class _Wanted(msgspec.Struct):
    track: str


_decode = msgspec.json.Decoder(_Wanted).decode


def install(app: Flask, web: Web, auth: Auth) -> None:
    """Add the routes."""

    def told() -> Response:
        setting = web.settings.track
        return answer({"track": current_track(web.redis, web.names, setting), "setting": setting})

    @app.get("/api/track")
    def track() -> Response:
        return told()

    @app.put("/api/track")
    @app.post("/api/track")
    def change() -> Response:
        auth.must_write()
        try:
            wanted = _decode(request.get_data()).track
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            hint = "An empty one takes the setting TRACK again."
            raise Refused("bad_request", 'Send {"track":"a search"}.', hint=hint) from error
        change_track(web.redis, web.names, wanted.strip())
        return told()
