"""Deck records of the SQLite store: the table `decks`, a row for each part of a deck, with a number of its writing.

Numbers of writings come from one counter, the row of the empty deck, so that a part that was removed and written again
never has a number that it had before.
"""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from pipeline.store.contract import DeckPart, DeckRecord
from pipeline.store.sqlite.connection import rows, transaction
from pipeline.store.sqlite.error_mapping import translate_errors

_GET = "SELECT data, stamp FROM decks WHERE deck = ? AND part = ?"
_NEXT = "SELECT deck, data, stamp FROM decks WHERE part = ? AND deck > ? ORDER BY deck LIMIT 1"
_PUT = "INSERT OR REPLACE INTO decks (deck, part, stamp, data) VALUES (?, ?, ?, ?)"
_COUNTER = ("", "writes")
_COUNT = (
    "INSERT INTO decks (deck, part, stamp, data) VALUES (?, ?, 1, x'') "
    "ON CONFLICT (deck, part) DO UPDATE SET stamp = stamp + 1 RETURNING stamp"
)


class SqliteDecks:
    """Keeps `contract.DeckRecords` over the store's writing connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def get(self, deck: str, part: DeckPart) -> DeckRecord | None:
        """Return a part of a deck, None if there is none."""
        with translate_errors():
            found = list(rows(self._connection, _GET, (deck, part)))
        return DeckRecord(deck, part, bytes(found[0][0]), str(found[0][1])) if found else None

    def all(self, part: DeckPart) -> Iterator[DeckRecord]:
        """Yield this part of every deck that has it, ordered by the decks' ids."""
        last = ""  # before every deck's id; one row a step, so that no transaction stays open between them
        while True:
            with translate_errors():
                found = list(rows(self._connection, _NEXT, (part, last)))
            if not found:
                return
            ((last, data, stamp),) = found
            yield DeckRecord(last, part, bytes(data), str(stamp))

    def put(self, deck: str, part: DeckPart, data: bytes, stamp: str | None) -> bool:
        """Write a part over the state `stamp`; see `DeckRecords.put`."""
        with translate_errors(), transaction(self._connection):
            if self._stamp(deck, part) != stamp:
                return False
            ((number,),) = list(rows(self._connection, _COUNT, _COUNTER))
            self._connection.execute(_PUT, (deck, part, number, data))
        return True

    def remove(self, deck: str, part: DeckPart, stamp: str | None = None) -> bool:
        """Remove a part in the state `stamp`; see `DeckRecords.remove`."""
        with translate_errors(), transaction(self._connection):
            if stamp is not None and self._stamp(deck, part) != stamp:
                return False
            self._connection.execute("DELETE FROM decks WHERE deck = ? AND part = ?", (deck, part))
        return True

    def _stamp(self, deck: str, part: DeckPart) -> str | None:
        found = list(rows(self._connection, "SELECT stamp FROM decks WHERE deck = ? AND part = ?", (deck, part)))
        return str(found[0][0]) if found else None
