"""Deck shelf: lists, reads, saves and deletes the decks of one store, and changes their read markers and pins.

A document is saved over the revision that the caller knows, and refused if another was saved since. Markers and pins
have no revision: of two markers the greater wins, of two changes of a pin the later one, field by field.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from pipeline.clock import now_ms
from pipeline.decks.deck_errors import DeckConflict, DeckFull, DeckInvalid, DeckMissing
from pipeline.decks.deck_records import (
    NUMBERS_DECK,
    RevisionNumbers,
    StoredDeck,
    change_part,
    decode_deck,
    encode,
    read_part,
)
from pipeline.decks.document import DECK_ID, Deck
from pipeline.decks.markers import Markers, kept, merged
from pipeline.decks.pins import PINS_MAX, POST_ID_MAX_CHARS, Pin, PinChange, Pins
from pipeline.store.contract import DeckRecord, Store

DECKS_MAX = 1_000
_SAVE_ATTEMPTS = 20


class DeckSummary(msgspec.Struct, frozen=True):
    """A deck in a list: its title, its revision, when (ms) it was saved, its number of columns."""

    id: str
    title: str
    revision: int
    changed_at: int
    columns: int


class WholeDeck(msgspec.Struct, frozen=True):
    """A deck with its markers (by column) and its pins (by post)."""

    id: str
    revision: int
    changed_at: int
    deck: Deck
    read: Markers
    pins: Pins


@dataclass(frozen=True, slots=True)
class DeckShelf:
    """The decks of a store. Every method may raise `StoreUnavailable`, and `DeckInvalid` for a wrong id."""

    store: Store
    now_ms: Callable[[], int] = now_ms

    def summaries(self) -> list[DeckSummary]:
        """Return all decks, the last saved first."""
        found = []
        for record in self.store.deck_records().all("columns"):
            one = _stored(record)
            found.append(DeckSummary(record.deck, one.deck.title, one.revision, one.changed_at, len(one.deck.columns)))
        return sorted(found, key=lambda one: (-one.changed_at, one.id))

    def get(self, deck_id: str) -> WholeDeck:
        """Return a deck.

        Raises:
            DeckMissing: there is no such deck.
        """
        records = self.store.deck_records()
        stored = self._existing(deck_id)
        read = read_part(records, deck_id, "read", Markers)
        pins = read_part(records, deck_id, "pins", Pins)
        return WholeDeck(deck_id, stored.revision, stored.changed_at, stored.deck, read, pins)

    def save(self, deck_id: str, deck: Deck, revision: int | None) -> StoredDeck:
        """Save a document over a revision, None or 0 to make a deck; return what is stored then.

        Raises:
            DeckConflict: the stored revision is another, or there is none.
            DeckFull: there are `DECKS_MAX` decks.
        """
        records = self.store.deck_records()
        _check_id(deck_id)
        for _ in range(_SAVE_ATTEMPTS):
            record = records.get(deck_id, "columns")
            before = _stored(record) if record is not None else None
            if (before.revision if before else 0) != (revision or 0):
                break
            if before is None:
                self._make_room(deck_id)
            at = max(self.now_ms(), before.changed_at + 1 if before else 0)
            after = StoredDeck(before.revision + 1 if before else self._first_revision(), at, deck)
            if records.put(deck_id, "columns", encode(after), record.stamp if record else None):
                self._drop_markers(deck_id, deck)
                return after
        raise DeckConflict("This deck was changed meanwhile." if revision else "There is a deck of this id already.")

    def delete(self, deck_id: str, revision: int | None = None) -> int:
        """Delete a deck with its markers and pins, with a revision only in that; return its last revision.

        Raises:
            DeckMissing: there is no such deck.
            DeckConflict: its revision is another.
        """
        records = self.store.deck_records()
        for _ in range(_SAVE_ATTEMPTS):
            record = self._record(deck_id)
            stored = _stored(record)
            if revision is not None and stored.revision != revision:
                break
            self._note_revision(stored.revision)
            if records.remove(deck_id, "columns", record.stamp):
                self._clear(deck_id)
                return stored.revision
        raise DeckConflict("This deck was changed meanwhile.")

    def read_up_to(self, deck_id: str, markers: Markers) -> tuple[Markers, StoredDeck, bool]:
        """Merge markers into those of a deck; return all of them, the deck, and whether one moved.

        Raises:
            DeckMissing: there is no such deck.
        """
        stored = self._existing(deck_id)
        columns = {column.id for column in stored.deck.columns}
        records = self.store.deck_records()
        moved = False

        def merge(old: Markers) -> Markers:
            nonlocal moved
            after = merged(old, markers, columns)
            moved = after != old
            return after

        return change_part(records, deck_id, "read", Markers, merge), stored, moved

    def change_pin(self, deck_id: str, post_id: str, change: PinChange) -> tuple[Pin, StoredDeck]:
        """Change or make a pin; return it, and the deck. A pin that says nothing any more is removed.

        Raises:
            DeckMissing: there is no such deck, or the post is neither pinned nor stored.
            DeckFull: the deck has `PINS_MAX` pins.
        """
        stored = self._existing(deck_id)
        if not 0 < len(post_id) <= POST_ID_MAX_CHARS:
            raise DeckInvalid(f"The id of a post has at most {POST_ID_MAX_CHARS} characters.")
        made: list[Pin] = []

        def changed(pins: Pins) -> Pins:
            if post_id not in pins:
                self._check_new_pin(post_id, pins)
            pin = change.applied(pins.get(post_id), self.now_ms())
            made.append(pin)
            others = {one: pins[one] for one in pins if one != post_id}
            return others if pin.says_nothing else {**others, post_id: pin}

        change_part(self.store.deck_records(), deck_id, "pins", Pins, changed)
        return made[-1], stored

    def remove_pin(self, deck_id: str, post_id: str) -> StoredDeck:
        """Remove a pin, if there is one; return the deck.

        Raises:
            DeckMissing: there is no such deck.
        """
        stored = self._existing(deck_id)

        def without(pins: Pins) -> Pins:
            return {one: pins[one] for one in pins if one != post_id}

        change_part(self.store.deck_records(), deck_id, "pins", Pins, without)
        return stored

    def _existing(self, deck_id: str) -> StoredDeck:
        return _stored(self._record(deck_id))

    def _record(self, deck_id: str) -> DeckRecord:
        _check_id(deck_id)
        record = self.store.deck_records().get(deck_id, "columns")
        if record is None:
            raise DeckMissing("There is no such deck.")
        return record

    def _make_room(self, deck_id: str) -> None:
        """Check that one more deck may be made, and remove what a deck of this id left that was deleted half."""
        if sum(1 for _ in self.store.deck_records().all("columns")) >= DECKS_MAX:
            raise DeckFull(f"There are {DECKS_MAX:,} decks: delete one first.")
        self._clear(deck_id)

    def _clear(self, deck_id: str) -> None:
        self.store.deck_records().remove(deck_id, "read")
        self.store.deck_records().remove(deck_id, "pins")

    def _first_revision(self) -> int:
        """Return a revision that no deleted deck had: a browser may still know a former deck of this id."""
        numbers = read_part(self.store.deck_records(), NUMBERS_DECK, "numbers", RevisionNumbers)
        return numbers.deleted_revision + 1

    def _note_revision(self, revision: int) -> None:
        def noted(numbers: RevisionNumbers) -> RevisionNumbers:
            return RevisionNumbers(max(revision, numbers.deleted_revision))

        records = self.store.deck_records()
        change_part(records, NUMBERS_DECK, "numbers", RevisionNumbers, noted)

    def _drop_markers(self, deck_id: str, deck: Deck) -> None:
        columns = {column.id for column in deck.columns}
        change_part(self.store.deck_records(), deck_id, "read", Markers, lambda old: kept(old, columns))

    def _check_new_pin(self, post_id: str, pins: Pins) -> None:
        if len(pins) >= PINS_MAX:
            raise DeckFull(f"A deck has at most {PINS_MAX} pins: remove one first.")
        with self.store.reading() as reading:
            if not reading.posts([post_id]):
                raise DeckMissing("No such post is stored.")


def _stored(record: DeckRecord) -> StoredDeck:
    return decode_deck(record.data)


def _check_id(deck_id: str) -> None:
    if not re.fullmatch(DECK_ID, deck_id):
        raise DeckInvalid("The id of a deck is 1 to 64 of a-z, 0-9 and -.")
