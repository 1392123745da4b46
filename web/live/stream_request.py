"""Request of an event stream: the subscriptions that its URL names, checked like those of a socket.

Each `q` begins a subscription, and what follows belongs to it: `id`, `history`, `after`. What stands before the first
`q` belongs to that one. A `Last-Event-ID` is where all of them go on.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from pipeline.errors import QueryError
from pipeline.query.parser import parse
from web.api_errors import ApiError
from web.protocol.client_messages import MAX_AFTER, MAX_HISTORY, MAX_ID_CHARS, Subscribe

FIRST_ID = "stream"
"""Id of the first subscription without one of its own; the second is `stream-2`."""
_DIGITS = re.compile("[0-9]{1,19}")


def subscriptions(query_string: bytes, last_event_id: str) -> list[Subscribe]:
    """Return the subscriptions that a stream's URL names, none where it names no search.

    Raises:
        ApiError: a parameter or the `Last-Event-ID` is out of its bounds, or an id stands twice.
        QueryError: no search of the stream is understood. One among others is refused by an event, as on a socket.
    """
    resume = _number("Last-Event-ID", last_event_id, MAX_AFTER) if last_event_id else None
    found: list[Subscribe] = []
    for part in _parts(query_string):
        number = len(found) + 1
        watch_id = part.get("id") or (FIRST_ID if number == 1 else f"{FIRST_ID}-{number}")
        if len(watch_id) > MAX_ID_CHARS:
            raise ApiError("bad_request", f"id must have at most {MAX_ID_CHARS} characters.")
        history = _number("history", part.get("history") or "500", MAX_HISTORY)
        after = _number("after", part["after"], MAX_AFTER) if part.get("after") else None
        if "q" in part:
            found.append(Subscribe(watch_id, part["q"], history, after if resume is None else resume))
    if len({one.id for one in found}) < len(found):
        raise ApiError("bad_request", "id must be another one for each q.")
    faults = [fault for fault in (_fault(one.query) for one in found) if fault is not None]
    if found and len(faults) == len(found):
        raise faults[0]
    return found


def _parts(query_string: bytes) -> list[dict[str, str]]:
    parts: list[dict[str, str]] = [{}]
    for name, value in parse_qsl(query_string.decode("utf-8", "replace"), keep_blank_values=True, errors="replace"):
        if name == "q" and "q" in parts[-1]:
            parts.append({})
        parts[-1].setdefault(name, value)
    return parts


def _fault(text: str) -> QueryError | None:
    try:
        parse(text)
    except QueryError as error:
        return error
    return None


def _number(name: str, given: str, high: int) -> int:
    number = int(given) if _DIGITS.fullmatch(given) else -1
    if not 0 <= number <= high:
        raise ApiError("bad_request", f"{name} must be a whole number from 0 to {high}.")
    return number
