"""Pins of a deck: posts that somebody pinned, noted or marked as handled. A pin holds no word of the post itself."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from pipeline.decks.deck_errors import DeckInvalid
from pipeline.decks.document import field_fault

PINS_MAX = 500
"""Pins of a deck at most."""
NOTE_MAX_CHARS = 2_000
POST_ID_MAX_CHARS = 1_024


class Pin(Struct, frozen=True):
    """A pin. `pinned_at`, `changed_at`, `gone_at` in ms; `gone_at` is set once the post was deleted at its source."""

    note: str = ""
    handled: bool = False
    pinned: bool = False
    pinned_at: int = 0
    changed_at: int = 0
    gone_at: int | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether the post is neither pinned nor handled and has no note."""
        return not (self.pinned or self.handled or self.note)


class PinChange(Struct, frozen=True):
    """Fields of a pin that a request changes; those left out stay.

    A new pin is pinned if the request says so or says nothing of it, unless it only marks the post as handled.
    """

    note: Annotated[str, Meta(max_length=NOTE_MAX_CHARS)] | None = None
    handled: bool | None = None
    pinned: bool | None = None

    def applied(self, pin: Pin | None, now_ms: int) -> Pin:
        """Return the pin after the change."""
        before = pin if pin is not None else Pin()
        pinned = self.pinned
        if pinned is None:
            pinned = before.pinned if pin is not None else self.note is not None or self.handled is None
        return Pin(
            note=before.note if self.note is None else self.note,
            handled=before.handled if self.handled is None else self.handled,
            pinned=pinned,
            pinned_at=now_ms if pinned and not before.pinned else before.pinned_at,
            changed_at=now_ms,
            gone_at=before.gone_at,
        )


Pins = dict[str, Pin]

decode_pins = msgspec.json.Decoder(Pins).decode


def pin_change_from(value: Any) -> PinChange:
    """Return the change of a decoded JSON value.

    Raises:
        DeckInvalid: a field is of another type or too long.
    """
    try:
        return msgspec.convert(value, PinChange)
    except msgspec.ValidationError as error:
        raise DeckInvalid(field_fault(error)) from error
