"""Coverage rules, the same for every store: how a new coverage row changes its source's earlier rows.

A coverage row is a span in which a source was, or was not, collected. A new open row ends, replaces or extends the one
before it; a closed row is added. A store passes the source's open row and those that end where the new one begins, and
stores what is returned instead. `newest_rows` cuts an answer to a limit: open rows first, then the newest others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.store.contract import CoverageRow


def newest_rows(rows: Iterable[CoverageRow], limit: int | None) -> list[CoverageRow]:
    """Return rows, oldest first; of more than `limit` the open ones and the newest others."""
    found = sorted(rows, key=lambda row: row.since)
    if limit is None or len(found) <= limit:
        return found
    ranked = sorted(found, key=lambda row: (row.until is None, row.since))
    return sorted(ranked[len(ranked) - limit :], key=lambda row: row.since)


def with_row(rows: Iterable[CoverageRow], row: CoverageRow) -> list[CoverageRow]:
    """Return a source's rows (at least its open one and those that end at `row.since`) with a new row among them."""
    if row.until is not None:
        return [*rows, row]
    kept = []
    for old in rows:
        if old.until is None and old.since >= row.since:
            continue
        kept.append(replace(old, until=row.since) if old.until is None else old)
    for index, old in enumerate(kept):
        if (old.until, old.search, old.why) == (row.since, row.search, row.why):
            return [*kept[:index], replace(old, until=None), *kept[index + 1 :]]
    return [*kept, row]
