"""Read markers of a deck: up to which sequence number each column was read. Of two markers the greater wins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from pipeline.decks.deck_errors import DeckInvalid
from pipeline.decks.document import COLUMN_ID, COLUMNS_MAX, field_fault

MARKERS_MAX = 4 * COLUMNS_MAX
"""Markers that are kept at most: those of the deck's columns, and of columns that a browser has not saved yet."""

Markers = dict[str, int]
_Given = dict[Annotated[str, Meta(pattern=COLUMN_ID)], Annotated[int, Meta(ge=0, le=2**63 - 1)]]


def markers_from(value: Any) -> Markers:
    """Return the markers of a decoded JSON value.

    Raises:
        DeckInvalid: it is no map from ids of columns to sequence numbers, or has too many entries.
    """
    try:
        given: Markers = msgspec.convert(value, _Given)
    except msgspec.ValidationError as error:
        raise DeckInvalid(f"read: {field_fault(error)}") from error
    if len(given) > COLUMNS_MAX:
        raise DeckInvalid(f"read: a deck has at most {COLUMNS_MAX} columns.")
    return given


def merged(stored: Mapping[str, int], given: Mapping[str, int], columns: Collection[str]) -> Markers:
    """Return both maps as one, the greater number of each column. Beyond `MARKERS_MAX` those of `columns` stay."""
    both = dict(stored)
    for column, number in given.items():
        both[column] = max(number, both.get(column, 0))
    return both if len(both) <= MARKERS_MAX else kept(both, columns)


def kept(markers: Mapping[str, int], columns: Collection[str]) -> Markers:
    """Return the markers of columns that the deck has."""
    return {column: number for column, number in markers.items() if column in columns}
