"""Copied decks: takes every part of every deck to another store as it is, and removes what the other store has beyond.

The revision of deleted decks goes along, so that a deck that is made again never has a revision that it had before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, get_args

from pipeline.store.contract import DeckPart, DeckRecord, DeckRecords

DECK_PARTS: Final[tuple[DeckPart, ...]] = get_args(DeckPart)


def every_record(decks: DeckRecords) -> Iterator[DeckRecord]:
    """Yield all parts of all decks."""
    for part in DECK_PARTS:
        yield from decks.all(part)


def copy_decks(source: DeckRecords, target: DeckRecords) -> None:
    """Make the decks of `target` those of `source`. Nothing else may write meanwhile."""
    here = set[tuple[str, DeckPart]]()
    for record in every_record(source):
        here.add((record.deck, record.part))
        there = target.get(record.deck, record.part)
        if there is None or there.data != record.data:
            target.put(record.deck, record.part, record.data, there.stamp if there else None)
    for record in list(every_record(target)):
        if (record.deck, record.part) not in here:
            target.remove(record.deck, record.part)
