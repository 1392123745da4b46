"""Records of decks as types: what a store keeps of a deck's parts, and their change under optimistic concurrency.

A change reads a part, computes it anew and writes it over what was read; if another process wrote meanwhile, it begins
again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec

from pipeline.decks.document import Deck
from pipeline.errors import StoreUnavailable
from pipeline.store.contract import DeckPart, DeckRecord, DeckRecords

NUMBERS_DECK: Final = "-"
"""Name under which the part `numbers` is kept: one for the store."""
_ATTEMPTS_MAX = 50

_T = TypeVar("_T")


class StoredDeck(msgspec.Struct, frozen=True):
    """The part `columns`: the document, its revision, and when (ms) it was saved."""

    revision: int
    changed_at: int
    deck: Deck


class RevisionNumbers(msgspec.Struct, frozen=True):
    """The part `numbers`: the greatest revision of a deck that was deleted."""

    deleted_revision: int = 0


decode_deck = msgspec.json.Decoder(StoredDeck).decode
"""Return the document of a part `columns`."""


def read_part(records: DeckRecords, deck: str, part: DeckPart, into: type[_T]) -> _T:
    """Return a part of a deck as `into`, an empty one if there is none."""
    return _decoded(records.get(deck, part), into)


def change_part(records: DeckRecords, deck: str, part: DeckPart, into: type[_T], change: Callable[[_T], _T]) -> _T:
    """Change a part of a deck and return what is stored then. `change` may be called more than once.

    Raises:
        StoreUnavailable: other processes keep writing the same part, or the store cannot be reached.
    """
    for _ in range(_ATTEMPTS_MAX):
        record = records.get(deck, part)
        before = _decoded(record, into)
        after = change(before)
        if after == before:
            return before
        if records.put(deck, part, encode(after), record.stamp if record else None):
            return after
    raise StoreUnavailable("others keep writing the same deck")


def encode(value: Any) -> bytes:
    """Return a part as it is stored: the same value gives the same bytes."""
    return msgspec.json.encode(value, order="deterministic")


def _decoded(record: DeckRecord | None, into: type[_T]) -> _T:
    return msgspec.json.decode(record.data, type=into) if record is not None else into()
