"""`/api/posts/<id>/conversation` and `/around`: what was collected of a post's conversation, and next to it in time.

Both are made of ordinary searches and look-ups within one view of the store. A repost stands for its original.
"""

from __future__ import annotations

from functools import partial

import msgspec
from flask import Blueprint, Response

from web.api.post.absent_post import absent_post
from web.api.post.conversation import CONVERSATION_MAX, read_conversation
from web.api.post.neighbours import Neighbours, read_neighbours
from web.process import Web
from web.request_parameters import integer

AROUND_MAX = 50
"""Most posts on each side of a post."""


def blueprint(web: Web) -> Blueprint:
    """Return the routes of a post's context."""
    routes = Blueprint("post_context", __name__)
    routes.add_url_rule("/api/posts/<path:post_id>/conversation", "conversation", partial(conversation, web))
    routes.add_url_rule("/api/posts/<path:post_id>/around", "around", partial(around, web))
    return routes


def conversation(web: Web, post_id: str) -> Response:
    """Return the stored posts of a post's conversation, oldest first, a page of them."""
    limit = integer("limit", 100, 1, CONVERSATION_MAX)
    skip = integer("skip", 0, 0, CONVERSATION_MAX)
    found = web.store_pool.read(lambda reading: read_conversation(reading, post_id))
    if found is None:
        return absent_post(web.store_pool, post_id)
    more = b"true" if found.cut or skip + limit < len(found.bodies) else b"false"
    posts = b",".join(found.bodies[skip : skip + limit])
    root = msgspec.json.encode(found.root)
    return Response(b'{"root":%s,"posts":[%s],"more":%s}' % (root, posts, more), mimetype="application/json")


def around(web: Web, post_id: str) -> Response:
    """Return the posts next to a post in time: of the same source, and by the same author; on each side the nearest
    first."""
    limit = integer("limit", 5, 1, AROUND_MAX)
    found = web.store_pool.read(lambda reading: read_neighbours(reading, post_id, limit))
    if found is None:
        return absent_post(web.store_pool, post_id)
    source, author = found
    body = b'{"source":%s,"author":%s}' % (_sides(source), _sides(author))
    return Response(body, mimetype="application/json")


def _sides(found: Neighbours) -> bytes:
    return b'{"before":[%s],"after":[%s]}' % (b",".join(found.before), b",".join(found.after))
