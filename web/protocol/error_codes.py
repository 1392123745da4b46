"""Error codes of API, socket and event stream, each with its HTTP status and meaning.

The search language has its own codes (docs/reference/search.md).
"""

from __future__ import annotations

from typing import NamedTuple


class ErrorCode(NamedTuple):
    """HTTP status and meaning of an error code."""

    status: int
    meaning: str


ERROR_CODES = {
    "bad_request": ErrorCode(400, "a parameter, or a field of a message, is missing or wrong"),
    "unknown_host": ErrorCode(421, "the request names a host that is not served here; see ALLOWED_HOSTS"),
    "bad_origin": ErrorCode(
        403, "a page of another origin sent the request, or a program that proves nothing; see ALLOWED_ORIGINS"
    ),
    "signed_out": ErrorCode(401, "ACCESS_TOKEN is set and this client has not signed in"),
    "bad_token": ErrorCode(401, "the access token is not the right one"),
    "not_found": ErrorCode(404, "there is no such page, post, picture or deck"),
    "deleted": ErrorCode(410, "the post was deleted at its source; `deleted_at` of the answer says when"),
    "method_not_allowed": ErrorCode(405, "the route does not take this method"),
    "too_many_searches": ErrorCode(429, "SEARCHES_PER_SOCKET searches are being watched on this socket or stream"),
    "too_many_streams": ErrorCode(
        503, "STREAMS_MAX event streams are open in this process, or SOCKETS_PER_ADDRESS from this address"
    ),
    "too_many_exports": ErrorCode(503, "too many exports are under way in this process: try again later"),
    "writing_off": ErrorCode(403, "neither INGEST_TOKEN nor ACCESS_TOKEN is set, so nobody may write"),
    "too_large": ErrorCode(
        413, "the body is larger than INGEST_MAX_MB, 64 KB on every other route, or the deck has more than 64 KB"
    ),
    "queue_full": ErrorCode(503, "workers are behind, or too many send at once: try again later"),
    "search_conflict": ErrorCode(409, "another search is registered under the same key"),
    "deck_conflict": ErrorCode(409, "another browser saved the deck meanwhile: `current` is the deck as it is stored"),
    "deck_full": ErrorCode(409, "there are 1,000 decks, or 500 pins in the deck: remove one first"),
    "too_many_decks": ErrorCode(429, "8 decks are followed on this connection"),
    "query_timeout": ErrorCode(503, "the search took the store longer than its limit and was stopped"),
    "store_unavailable": ErrorCode(503, "the store cannot be reached or is overloaded now"),
    "broker_unavailable": ErrorCode(503, "Redis cannot be reached now"),
    "not_ready": ErrorCode(503, "broker or store cannot be reached, or they do not belong together"),
    "images_off": ErrorCode(404, "IMAGES=off"),
    "bad_image": ErrorCode(502, "the picture cannot be fetched, is too big, or is none"),
    "http": ErrorCode(400, "the request was refused by the web server's own rules"),
    "internal": ErrorCode(500, "an error of ours, logged"),
}
"""Every error code of the web by name."""
