"""`/api/decks`: lists, returns, saves and deletes decks, and changes read markers and pins of a deck.

Who saves over a revision that is no longer the stored one gets 409 and the deck as it is. After each change every web
process is told, and tells the browsers that follow the deck.
"""

from __future__ import annotations

import logging
from functools import partial

from flask import Blueprint, Response

from pipeline.decks.deck_notice import ChangedPart, deck_notice
from pipeline.decks.deck_shelf import DeckShelf, WholeDeck
from pipeline.decks.document import deck_from
from pipeline.decks.markers import markers_from
from pipeline.decks.pins import pin_change_from
from pipeline.errors import BrokerUnavailable
from web.api.decks.deck_requests import body_fields, on_shelf, revision_of
from web.api.json_response import json_response
from web.api_errors import ApiError, fault_of
from web.auth import Auth
from web.process import Web

log = logging.getLogger("web.api.decks")


def blueprint(web: Web, auth: Auth) -> Blueprint:
    """Return the routes of decks."""
    routes = Blueprint("decks", __name__)
    one, pin = "/api/decks/<deck_id>", "/api/decks/<deck_id>/pins/<path:post_id>"
    for rule, name, view, method in (
        ("/api/decks", "decks", partial(decks, web), "GET"),
        (one, "deck", partial(deck, web), "GET"),
        (one, "save", partial(save, web, auth), "PUT"),
        (one, "delete", partial(delete, web, auth), "DELETE"),
        (f"{one}/read", "read", partial(read, web, auth), "PUT"),
        (pin, "pin", partial(change_pin, web, auth), "PUT"),
        (pin, "unpin", partial(remove_pin, web, auth), "DELETE"),
    ):
        routes.add_url_rule(rule, name, view, methods=[method])
    return routes


def decks(web: Web) -> Response:
    """Return all decks, the last saved first."""
    return json_response({"decks": on_shelf(web.deck_pool, DeckShelf.summaries)})


def deck(web: Web, deck_id: str) -> Response:
    """Return a deck with its markers and pins."""
    return json_response(on_shelf(web.deck_pool, lambda shelf: shelf.get(deck_id)))


def save(web: Web, auth: Auth, deck_id: str) -> Response:
    """Save a deck over a revision, or make one."""
    auth.require_own_page()
    fields = body_fields()
    revision = revision_of(fields)

    try:
        saved = on_shelf(web.deck_pool, lambda shelf: shelf.save(deck_id, deck_from(fields.get("deck")), revision))
    except ApiError as error:
        return _conflict(web, deck_id, error)
    _tell(web, deck_id, saved.revision, "columns")
    return json_response({"revision": saved.revision, "changed_at": saved.changed_at})


def delete(web: Web, auth: Auth, deck_id: str) -> Response:
    """Delete a deck, with a revision only in that."""
    auth.require_own_page()
    revision = revision_of(body_fields(optional=True))
    try:
        last = on_shelf(web.deck_pool, lambda shelf: shelf.delete(deck_id, revision))
    except ApiError as error:
        return _conflict(web, deck_id, error)
    _tell(web, deck_id, last, "deleted")
    return json_response({"revision": last})


def read(web: Web, auth: Auth, deck_id: str) -> Response:
    """Merge read markers; return all of the deck."""
    auth.require_own_page()
    given = body_fields().get("read")
    merged, stored, moved = on_shelf(web.deck_pool, lambda shelf: shelf.read_up_to(deck_id, markers_from(given)))
    if moved:
        _tell(web, deck_id, stored.revision, "read")
    return json_response({"read": merged})


def change_pin(web: Web, auth: Auth, deck_id: str, post_id: str) -> Response:
    """Pin a post, or change its pin; return the pin."""
    auth.require_own_page()
    fields = body_fields(optional=True)
    pin, stored = on_shelf(web.deck_pool, lambda shelf: shelf.change_pin(deck_id, post_id, pin_change_from(fields)))
    _tell(web, deck_id, stored.revision, "pins")
    return json_response(pin)


def remove_pin(web: Web, auth: Auth, deck_id: str, post_id: str) -> Response:
    """Remove a pin."""
    auth.require_own_page()
    stored = on_shelf(web.deck_pool, lambda shelf: shelf.remove_pin(deck_id, post_id))
    _tell(web, deck_id, stored.revision, "pins")
    return json_response({"revision": stored.revision})


def _conflict(web: Web, deck_id: str, error: ApiError) -> Response:
    """Return the response of a conflict, with the deck as it is stored (null: deleted); raise any other error again."""
    if error.code != "deck_conflict":
        raise error
    current: WholeDeck | None
    try:
        current = on_shelf(web.deck_pool, lambda shelf: shelf.get(deck_id))
    except ApiError as missing:
        if missing.code != "not_found":
            raise
        current = None
    return json_response({"error": fault_of(error), "current": current}, error.status)


def _tell(web: Web, deck_id: str, revision: int, part: ChangedPart) -> None:
    """Tell every web process. Without Redis nobody is told; who follows requests the deck when Redis is back."""
    try:
        web.order.announce(deck_notice(deck_id, revision, part))
    except BrokerUnavailable as error:
        log.info("a change of a deck could not be announced: %s", error)
