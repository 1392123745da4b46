"""`/api/explain`: how a search is understood, and why a stored post is in it or not. The explaining itself is the
language's (`pipeline.query.explain`)."""

from __future__ import annotations

from typing import Any

import msgspec

from pipeline.match.lookup_terms import selected_by
from pipeline.query.explain import explain as explained
from web.faults import Refused
from web.process import Web
from web.protocol import WirePost


def explain(web: Web, text: str, post_id: str | None) -> dict[str, Any]:
    """Return canonical text, key, drawn tree and what selects it; with a post id also what matches and where.

    Raises:
        QueryError: the text is no search.
        Refused: no such post is stored.
    """
    query = web.parse(text)
    if post_id is None:
        return explained(query, selected_by=selected_by(query))
    found = web.readings.read(lambda reading: reading.posts([post_id]))
    if post_id not in found:
        raise Refused("not_found", "No such post is stored.")
    post = msgspec.json.decode(found[post_id], type=WirePost)
    return explained(query, post, post.original, selected_by(query))
