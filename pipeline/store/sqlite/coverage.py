"""Coverage table of the SQLite store: enters and reads the spans in which sources were, or were not, collected.

A new row changes the source's earlier rows by the rules of `store.coverage`; an answer holds the rows that overlap a
span, up to a limit.
"""

from __future__ import annotations

import apsw

from pipeline.store.contract import CoverageRow
from pipeline.store.coverage import with_row
from pipeline.store.sqlite.connection import rows

_CHANGED = "FROM coverage WHERE source = ? AND (until IS NULL OR until = ?)"
_OVERLAPPING = (
    "SELECT source, since, until, search, why FROM (SELECT rowid AS number, * FROM coverage "
    "WHERE (?1 IS NULL OR until IS NULL OR until > ?1) AND (?2 IS NULL OR since < ?2) "
    "ORDER BY until IS NOT NULL, since DESC, rowid DESC LIMIT ?3) ORDER BY since, number"
)


def enter_row(connection: apsw.Connection, row: CoverageRow) -> None:
    """Enter a row, in the transaction that is open; see `Store.add_coverage`."""
    bounds = (row.source, row.since)
    found = rows(connection, f"SELECT source, since, until, search, why {_CHANGED}", bounds)
    entered = with_row([CoverageRow(*old) for old in found], row)
    connection.execute(f"DELETE {_CHANGED}", bounds)
    values = [(one.source, one.since, one.until, one.search, one.why) for one in entered]
    connection.executemany("INSERT INTO coverage VALUES (?, ?, ?, ?, ?)", values)


def read_rows(
    connection: apsw.Connection, since: int | None, until: int | None, limit: int | None
) -> list[CoverageRow]:
    """Return rows that overlap a span, oldest first; see `Store.coverage`."""
    found = rows(connection, _OVERLAPPING, (since, until, -1 if limit is None else limit))
    return [CoverageRow(*row) for row in found]
