"""Deck records protocol: keeps the parts of decks as JSON, and writes one only if nobody else wrote it meanwhile.

A deck has three parts, so that a read marker, which moves every few seconds, does not write the columns again. What a
part holds, `pipeline/decks` decides; a store keeps bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

DeckPart = Literal["columns", "read", "pins", "numbers"]
"""`columns`: the document with its revision; `read`: markers; `pins`: pinned posts; `numbers`: the greatest revision of
a deck that was deleted, kept once for the store."""


@dataclass(frozen=True, slots=True)
class DeckRecord:
    """One part of a deck. `stamp` changes with each write and names the state that a later write replaces."""

    deck: str
    part: DeckPart
    data: bytes
    stamp: str


class DeckRecords(Protocol):
    """Parts of decks. What one process wrote, every process reads next. Every method may raise `StoreUnavailable`."""

    def get(self, deck: str, part: DeckPart) -> DeckRecord | None:
        """Return a part of a deck, None if there is none."""
        ...

    def all(self, part: DeckPart) -> Iterator[DeckRecord]:
        """Yield this part of every deck that has it, ordered by the decks' ids."""
        ...

    def put(self, deck: str, part: DeckPart, data: bytes, stamp: str | None) -> bool:
        """Write a part (JSON text) over the state `stamp`, None where there is none yet; return False, and write
        nothing, if another state is stored."""
        ...

    def remove(self, deck: str, part: DeckPart, stamp: str | None = None) -> bool:
        """Remove a part in the state `stamp`, None: in any; return False if another state is stored.

        A part that is not stored counts as removed without a stamp only.
        """
        ...
