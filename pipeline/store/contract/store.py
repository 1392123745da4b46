"""Store protocol: persists batches, opens readings, removes old posts, keeps coverage, and does periodic maintenance.

Also counts the stored posts, keeps decks, gives access for a copy of the store, and has an identity that tells two
stores apart. Coverage is the log of when each source was collected.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol

from pipeline.store.contract.coverage import CoverageRow
from pipeline.store.contract.deck_records import DeckRecords
from pipeline.store.contract.export_and_load import CopyAccess
from pipeline.store.contract.persist import Persisted, Writes
from pipeline.store.contract.reading import Reading


class Store(Protocol):
    """Database of posts. Several processes may use one; an instance belongs to one thread at a time."""

    identity: str
    """Random name given when the store is created and kept with the data: distinguishes two stores (`names.store`)."""

    def persist(self, writes: Writes, seq: int) -> Persisted:
        """Merge a batch in one transaction under sequence number `seq`, and return what to match and publish.

        One call removes at most `plan.deletions.MAX_REMOVED` posts that no event names; `Persisted.left` is set where
        more remain. A post that can never be stored is reported in `Persisted.refused` and does not hinder the others.

        Tombstones of posts are kept for at least 8 days. So are those of accounts, under a salted hash, and for good
        where the deletion was `forgotten`: no post of that account up to that time is ever stored again.
        """
        ...

    def reading(self, *, timeout_s: float = 2.0) -> AbstractContextManager[Reading]:
        """Open a view of everything persisted before this call; a store that refreshes late refreshes first."""
        ...

    def indexed(self) -> int:
        """Return the number of stored posts, cheaply."""
        ...

    def prune(self, *, before_ms: int | None, max_bytes: int | None) -> int:
        """Remove posts created before a time, then the oldest until the store is under a size; return how many."""
        ...

    def add_coverage(self, row: CoverageRow) -> None:
        """Enter a coverage row by the rules of `coverage.with_row`.

        A closed row (a gap reported afterwards) is added beside the others. An open row ends the source's open row
        where it begins, replaces one that began no earlier, and extends the row before it if both say the same.
        """
        ...

    def coverage(
        self, *, since: int | None = None, until: int | None = None, limit: int | None = None
    ) -> list[CoverageRow]:
        """Return rows that overlap a span (ms), oldest first: at most `limit`, the open ones and the newest others."""
        ...

    def deck_records(self) -> DeckRecords:
        """Return access to the decks that are kept beside the posts."""
        ...

    def deleted_at(self, ids: Iterable[str]) -> dict[str, int]:
        """Return when (ms) those of the posts that have a tombstone were deleted here."""
        ...

    def copy_access(self) -> CopyAccess:
        """Return access to all rows for a copy of the store; `copy.copier` uses it."""
        ...

    def maintain(self) -> None:
        """Do a round of periodic work: reach, background of words, checkpoints. Upkeep calls it every few seconds."""
        ...

    def close(self) -> None:
        """Release all resources; the store cannot be used afterwards."""
        ...
