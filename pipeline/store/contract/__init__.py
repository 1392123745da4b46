"""Store contract: the interface that the memory, SQLite and Elasticsearch stores keep, held by one suite of tests.

A store merges whole batches by version (docs/design/store.md, "Writing") and answers searches through a `Reading`, one
consistent view. It also removes posts by age or size, keeps coverage (what was collected when), and can be copied.
Posts come out as bytes of the JSON that clients receive, so that no later stage parses them again. A store raises
`errors.StoreError` and its subclasses only.
"""

from pipeline.store.contract.coverage import COLLECTED_LATER, IMPORTED, SAMPLED, CoverageRow
from pipeline.store.contract.deck_records import DeckPart, DeckRecord, DeckRecords
from pipeline.store.contract.export_and_load import AccountTombstone, CopyAccess, ExportRow, HiddenRow, Tombstone
from pipeline.store.contract.persist import Entry, Persisted, Writes
from pipeline.store.contract.reading import Reading
from pipeline.store.contract.results import (
    NEWEST,
    Changes,
    Page,
    SeenVersion,
    Sort,
    Timeline,
    Top,
    TopField,
    TopItem,
    Unread,
)
from pipeline.store.contract.store import Store

__all__ = [
    "COLLECTED_LATER",
    "IMPORTED",
    "NEWEST",
    "SAMPLED",
    "AccountTombstone",
    "Changes",
    "CopyAccess",
    "CoverageRow",
    "DeckPart",
    "DeckRecord",
    "DeckRecords",
    "Entry",
    "ExportRow",
    "HiddenRow",
    "Page",
    "Persisted",
    "Reading",
    "SeenVersion",
    "Sort",
    "Store",
    "Timeline",
    "Tombstone",
    "Top",
    "TopField",
    "TopItem",
    "Unread",
    "Writes",
]
