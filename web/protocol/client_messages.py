"""Messages from client to server (subscribe, unsubscribe, follow, unfollow), their bounds, and the decoder of both.

A wrong message names field and bound, and the subscription's id where it has one; text that is no JSON object is
another error.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

MAX_ID_CHARS = 64
MAX_QUERY_CHARS = 8_192
MAX_HISTORY = 20_000
"""Most posts of history that a subscription may request."""
MAX_AFTER = 2**63 - 1
"""Greatest sequence number that a client may name in `after`."""
_DECK_ID = r"^[a-z0-9-]{1,64}$"


class Subscribe(Struct, tag="subscribe", tag_field="type"):
    """Watch a search. `id` is the client's own name for it; `after` where it takes up again, null to start anew."""

    id: Annotated[str, Meta(min_length=1, max_length=MAX_ID_CHARS)]
    query: Annotated[str, Meta(max_length=MAX_QUERY_CHARS)]
    history: Annotated[int, Meta(ge=0, le=MAX_HISTORY)] = 500
    after: Annotated[int, Meta(ge=0, le=MAX_AFTER)] | None = None


class Unsubscribe(Struct, tag="unsubscribe", tag_field="type"):
    """Stop watching."""

    id: Annotated[str, Meta(min_length=1, max_length=MAX_ID_CHARS)]


class Follow(Struct, tag="follow", tag_field="type"):
    """Be told of each change of a deck."""

    deck: Annotated[str, Meta(pattern=_DECK_ID)]


class Unfollow(Struct, tag="unfollow", tag_field="type"):
    """Be told no more."""

    deck: Annotated[str, Meta(pattern=_DECK_ID)]


ClientMessage = Subscribe | Unsubscribe | Follow | Unfollow

_decoder = msgspec.json.Decoder(ClientMessage)


class OutOfBounds(ValueError):
    """Raised for a JSON object that is no valid message; `id` is the subscription's, where the object names one."""

    def __init__(self, why: str, watch_id: str | None) -> None:
        super().__init__(why)
        self.id = watch_id


def decode(text: bytes | str) -> ClientMessage:
    """Return a client's message.

    Raises:
        OutOfBounds: the text is a JSON object, but a field is missing, of another type, or out of its bounds; the
            sentence names field and bound.
        ValueError: the text is no JSON object at all; the message names the reason.
    """
    try:
        message: ClientMessage = _decoder.decode(text)
    except msgspec.ValidationError as error:
        if text.lstrip()[:1] not in ("{", b"{"):
            raise ValueError(str(error)) from error
        raise OutOfBounds(_field_first(str(error)), _id_of(text)) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return message


def _field_first(why: str) -> str:
    """Return msgspec's sentence ("Expected `int` <= 20000 - at `$.history`") with the field in front."""
    what, _, field = why.partition(" - at `$.")
    return f"{field.rstrip('`')}: {what}."[:300] if field else f"{why}."[:300]


class _MessageId(Struct):
    id: str | None = None


def _id_of(text: bytes | str) -> str | None:
    try:
        named = msgspec.json.decode(text, type=_MessageId).id
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return named if named is not None and len(named) <= MAX_ID_CHARS else None
