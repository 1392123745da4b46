"""Recognised events: an import that does the workers' work normalises a record once, for its counts and for the store.

Only the records of the batch that is being made are kept, and the events of each are given out once: a second attempt
at a batch, or one that comes later, normalises anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.post import Event
from pipeline.queue.batch import IMPORT, RawRecord

Normalise = Callable[[bytes, str, int, str], Sequence[Event]]
"""(raw, source, received_at, instance) → events; raises RecordError."""


class RecognisedEvents:
    """Events of the records of one batch. `normalise` normalises what is not among them."""

    def __init__(self, normalise: Normalise) -> None:
        self._normalise = normalise
        self._events: dict[tuple[bytes, int], Sequence[Event]] = {}

    def keep(self, record: RawRecord, events: Sequence[Event]) -> None:
        """Keep the events of a record."""
        self._events[record.data, record.received_at] = events

    def forget(self) -> None:
        """Forget the batch."""
        self._events.clear()

    def normalise(self, raw: bytes, source: str, received_at: int, instance: str) -> Sequence[Event]:
        """Return the events of a record, those that are kept where they are.

        Raises:
            RecordError: the record cannot be read.
        """
        known = self._events.pop((raw, received_at), None) if source == IMPORT and not instance else None
        return self._normalise(raw, source, received_at, instance) if known is None else known
