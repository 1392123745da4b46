"""`/api/track`: the intake filter (TRACK), shown to every reader, changed with a token.

Readers and workers pick up a change by themselves, and the change becomes a row of coverage.
"""

from __future__ import annotations

from functools import partial

import msgspec
from flask import Blueprint, Response, request

from pipeline.worker.track_setting import change_track, current_track
from web.api.json_response import json_response
from web.api_errors import ApiError
from web.auth import Auth
from web.process import Web


class _TrackBody(msgspec.Struct):
    track: str


_decode = msgspec.json.Decoder(_TrackBody).decode


def blueprint(web: Web, auth: Auth) -> Blueprint:
    """Return the routes of the intake filter."""
    routes = Blueprint("track", __name__)
    routes.add_url_rule("/api/track", "track", partial(track, web))
    routes.add_url_rule("/api/track", "change", partial(change, web, auth), methods=["PUT", "POST"])
    return routes


def track(web: Web) -> Response:
    """Return the present filter and the one of the settings."""
    setting = web.settings.track
    return json_response({"track": current_track(web.redis, web.names, setting), "setting": setting})


def change(web: Web, auth: Auth) -> Response:
    """Change the filter."""
    auth.require_write()
    try:
        wanted = _decode(request.get_data()).track
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        hint = "An empty one takes the setting TRACK again."
        raise ApiError("bad_request", 'Send {"track":"a search"}.', hint=hint) from error
    change_track(web.redis, web.names, wanted.strip())
    return track(web)
