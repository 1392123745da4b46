"""`/api/language` lists the operators of the search language; `/api/explain` shows how a search is understood.

With a post's id, the explanation also says whether that post matches, and where.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from pipeline.match.explain_anchors import selected_by
from pipeline.query.explain import explain
from pipeline.query.parser import parse
from pipeline.query.syntax.operators import OPERATORS
from pipeline.query.syntax.syntax_forms import SYNTAX_FORMS
from web.api.json_response import json_response
from web.api_errors import ApiError
from web.process import Web
from web.protocol.server_messages import WirePost
from web.request_parameters import search_text
from web.store_pool import StorePool


def blueprint(web: Web) -> Blueprint:
    """Return the routes of the search language."""
    routes = Blueprint("language", __name__)
    routes.add_url_rule("/api/language", "language", language)
    routes.add_url_rule("/api/explain", "explain", partial(explain_search, web))
    return routes


def language() -> Response:
    """Return every operator and sign, with an example of each."""
    operators = [
        {
            "name": row.name,
            "aliases": list(row.aliases),
            "example": row.example,
            "finds": row.finds,
            **({"values": list(row.choices)} if row.choices else {}),
        }
        for row in OPERATORS
    ]
    signs = [{"form": sign.form, "example": sign.example, "finds": sign.finds} for sign in SYNTAX_FORMS]
    return json_response({"operators": operators, "signs": signs})


def explain_search(web: Web) -> Response:
    """Return how a search is understood; with `id` also whether that post matches, and where."""
    return json_response(explanation(web.store_pool, search_text(), request.args.get("id") or None))


def explanation(store_pool: StorePool, text: str, post_id: str | None) -> dict[str, Any]:
    """Return canonical text, key, drawn tree and selecting terms; with a post id also what matches and where.

    Raises:
        QueryError: the text is no search.
        ApiError: no such post is stored.
    """
    query = parse(text)
    if post_id is None:
        return explain(query, selected_by=selected_by(query))
    found = store_pool.read(lambda reading: reading.posts([post_id]))
    if post_id not in found:
        raise ApiError("not_found", "No such post is stored.")
    post = msgspec.json.decode(found[post_id], type=WirePost)
    return explain(query, post, post.original, selected_by(query))
