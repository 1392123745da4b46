"""Events that a worker reads from the records of a look-up."""

from __future__ import annotations

from pipeline.normalise import normalise
from pipeline.post import Event
from pipeline.sources.lookup_contract import LookupResult


def events_of(looked: LookupResult) -> list[Event]:
    """Return what a worker makes of a look-up's records."""
    return [
        event
        for batch in looked.fresh
        for record in batch.records
        for event in normalise(record.data, batch.source, record.received_at, batch.instance)
    ]
