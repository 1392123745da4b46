"""Requests for decks: bodies read within a bound, and work on the decks of a store with errors as the API has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from flask import request

from pipeline.decks.deck_errors import DeckConflict, DeckFull, DeckInvalid, DeckMissing, DeckTooLarge
from pipeline.decks.deck_shelf import DeckShelf
from web.api_errors import ApiError
from web.store_pool import StorePool

DECK_BODY_MAX_BYTES = 96 * 1024
"""Most bytes of a body: a deck of 64 kB, indented as a person's file may be."""
REVISION_MAX = 2**53

_T = TypeVar("_T")


def on_shelf(pool: StorePool, work: Callable[[DeckShelf], _T]) -> _T:
    """Return the result of `work` on the decks.

    Raises:
        ApiError: the decks refused it.
        StoreUnavailable: the store cannot be reached.
    """
    try:
        return pool.run(lambda store: work(DeckShelf(store)))
    except (DeckInvalid, DeckTooLarge, DeckMissing, DeckFull, DeckConflict) as error:
        raise ApiError(error.code, str(error)) from error


def body_fields(*, optional: bool = False) -> dict[str, Any]:
    """Return the body, a JSON object; an empty one where the body may be left out.

    Raises:
        ApiError: the body is no JSON object, or too large.
    """
    request.max_content_length = DECK_BODY_MAX_BYTES
    data = request.get_data()
    if optional and not data.strip():
        return {}
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError("bad_request", f"The body must be a JSON object: {error}."[:300]) from error


def revision_of(fields: dict[str, Any]) -> int | None:
    """Return `revision`, None where it is null or missing.

    Raises:
        ApiError: it is no whole number.
    """
    revision = fields.get("revision")
    if revision is None:
        return None
    if isinstance(revision, bool) or not isinstance(revision, int) or not 0 <= revision <= REVISION_MAX:
        raise ApiError("bad_request", "revision must be a whole number or null.")
    return revision
