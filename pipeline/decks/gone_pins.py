"""Gone pins: notes with each pin when its post was deleted at its source, as the store's tombstones say.

Every pin without that time is looked up in each round. So a deletion is found however the batch that brought it ended,
also one that came before the pin; a tombstone is kept for days. A pin holds nothing of the post but its id.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pipeline.decks.deck_records import change_part, decode_deck
from pipeline.decks.pins import Pins, decode_pins
from pipeline.store.contract import Store

_IDS_AT_ONCE = 500


def note_gone_pins(store: Store) -> Iterator[tuple[str, int]]:
    """Set `gone_at` of every pin whose post was deleted since; yield id and revision of the decks that changed."""
    records = store.deck_records()
    for record in list(records.all("pins")):
        present = [post_id for post_id, pin in decode_pins(record.data).items() if pin.gone_at is None]
        gone: dict[str, int] = {}
        for start in range(0, len(present), _IDS_AT_ONCE):
            gone |= store.deleted_at(present[start : start + _IDS_AT_ONCE])
        if gone:
            change_part(records, record.deck, "pins", Pins, lambda pins, gone=gone: _noted(pins, gone))  # type: ignore[misc]
            columns = records.get(record.deck, "columns")
            if columns is not None:
                yield record.deck, decode_deck(columns.data).revision


def _noted(pins: Pins, gone: dict[str, int]) -> Pins:
    return {
        post_id: msgspec.structs.replace(pin, gone_at=gone[post_id]) if post_id in gone and pin.gone_at is None else pin
        for post_id, pin in pins.items()
    }
