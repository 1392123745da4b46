"""`/img/<post id>/<slot>`: serves avatars and pictures of stored posts, or refuses where IMAGES=off.

A slot is `avatar`, the number of a media item, or `link-`, `emoji-` or `author-emoji-` and a number. A browser may keep
a picture for an hour.
"""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response

from web.api_errors import ApiError
from web.pictures.proxy import PictureProxy

MAX_AGE_S = 3_600
"""Seconds that a browser may keep a picture."""


def blueprint(pictures: PictureProxy, *, enabled: bool) -> Blueprint:
    """Return the route of pictures; where they are not `enabled` every request is refused."""
    routes = Blueprint("pictures", __name__)
    routes.add_url_rule("/img/<path:post_id>/<slot>", "picture", partial(picture, pictures, enabled))
    return routes


def picture(pictures: PictureProxy, enabled: bool, post_id: str, slot: str) -> Response:
    """Return a picture."""
    if not enabled:
        raise ApiError("images_off", "Pictures are switched off here (IMAGES=off).")
    data, kind = pictures.picture(post_id, slot)
    response = Response(data, mimetype=kind)
    response.headers["Cache-Control"] = f"private, max-age={MAX_AGE_S}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
