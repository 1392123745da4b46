"""Deck records of the memory store: parts of decks in a dict, each with a number of its writing."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.store.contract import DeckPart, DeckRecord


class MemoryDecks:
    """Keeps `contract.DeckRecords`."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, DeckPart], DeckRecord] = {}
        self._writes = 0

    def get(self, deck: str, part: DeckPart) -> DeckRecord | None:
        """Return a part of a deck, None if there is none."""
        return self._records.get((deck, part))

    def all(self, part: DeckPart) -> Iterator[DeckRecord]:
        """Yield this part of every deck that has it, ordered by the decks' ids."""
        yield from sorted((one for one in self._records.values() if one.part == part), key=lambda one: one.deck)

    def put(self, deck: str, part: DeckPart, data: bytes, stamp: str | None) -> bool:
        """Write a part over the state `stamp`; see `DeckRecords.put`."""
        stored = self.get(deck, part)
        if (stored.stamp if stored else None) != stamp:
            return False
        self._writes += 1
        self._records[deck, part] = DeckRecord(deck, part, data, str(self._writes))
        return True

    def remove(self, deck: str, part: DeckPart, stamp: str | None = None) -> bool:
        """Remove a part in the state `stamp`; see `DeckRecords.remove`."""
        stored = self.get(deck, part)
        if stamp is not None and (stored is None or stored.stamp != stamp):
            return False
        self._records.pop((deck, part), None)
        return True
