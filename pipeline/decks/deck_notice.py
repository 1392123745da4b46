"""Deck notice: tells every web process which part of a deck changed, so that open browsers of the deck request it."""

from __future__ import annotations

from typing import Literal

import msgspec

ChangedPart = Literal["columns", "read", "pins", "deleted"]


def deck_notice(deck: str, revision: int, part: ChangedPart) -> bytes:
    """Return the payload of the notice. `revision` is that of the document, whatever part changed."""
    return msgspec.json.encode({"type": "deck", "deck": deck, "revision": revision, "part": part})
