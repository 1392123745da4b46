"""Stored periods: for each month or year that has an index, the number of its posts and their size on disk.

The size includes raw records, and leaves out the share of deleted posts that the index still holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.periods import period_span


class _Docs(msgspec.Struct):
    count: int = 0
    deleted: int = 0


class _Size(msgspec.Struct):
    size_in_bytes: int = 0


class _Primaries(msgspec.Struct):
    docs: _Docs = msgspec.field(default_factory=_Docs)
    store: _Size = msgspec.field(default_factory=_Size)


class _Stats(msgspec.Struct):
    primaries: _Primaries


class _AllStats(msgspec.Struct):
    indices: dict[str, _Stats] = {}


@dataclass(frozen=True, slots=True)
class StoredPeriod:
    """A period's index of posts together with its raw records."""

    name: str
    posts: int
    size_bytes: int

    @property
    def until(self) -> int:
        """First ms after the period."""
        return period_span(self.name)[1]


def stored_periods(client: ElasticClient, names: IndexNames) -> list[StoredPeriod]:
    """Return the stored periods, oldest first, after a refresh."""
    both = f"{names.all_posts},{names.all_raws}"
    missing = {"ignore_unavailable": "true"}
    client.request("POST", path_to(both, "_refresh"), into=msgspec.Raw, params=missing)
    stats = client.request("GET", path_to(both, "_stats", "docs,store"), into=_AllStats, params=missing).indices
    found = []
    for index, of_index in stats.items():
        period = names.period(index)
        if period is None:
            continue
        sizes = [_live_bytes(of_index.primaries)]
        if (raws := stats.get(names.raws_of(period))) is not None:
            sizes.append(_live_bytes(raws.primaries))
        found.append(StoredPeriod(period, of_index.primaries.docs.count, sum(sizes)))
    return sorted(found, key=lambda period: period.until)


def _live_bytes(primaries: _Primaries) -> int:
    """Return the share of an index's size that its posts take.

    Deleted posts stay in the index until it merges, and are no reason to remove more posts.
    """
    docs = primaries.docs
    held = docs.count + docs.deleted
    return primaries.store.size_in_bytes * docs.count // held if held else 0
