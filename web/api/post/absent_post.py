"""Answer for a post that is not stored: when it was deleted at its source, or that there is no such post."""

from __future__ import annotations

from flask import Response

from web.api.json_response import json_response
from web.api_errors import ApiError
from web.protocol.error_codes import ERROR_CODES
from web.protocol.server_messages import Fault
from web.store_pool import StorePool


def absent_post(store_pool: StorePool, post_id: str) -> Response:
    """Return the answer for a deleted post: `deleted_at` (ms) beside the error, and nothing of the post.

    Raises:
        ApiError: no such post is known, or its tombstone has expired.
    """
    at = store_pool.run(lambda store: store.deleted_at([post_id])).get(post_id)
    if at is None:
        raise ApiError("not_found", "No such post is stored.")
    fault = Fault("deleted", "This post was deleted at its source.")
    return json_response({"error": fault, "deleted_at": at}, ERROR_CODES["deleted"].status)
