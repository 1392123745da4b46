"""Changes of a search after a sequence number: new matches, retractions (changed and no longer matching), tombstones.

Also counts changed rows before any is read, and finds where a step of bounded size ends. Up to 2,000 rows stored since
are checked against the search one by one; of more, the matches are searched for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import apsw

from pipeline.query.evaluate import matches
from pipeline.query.tree import Query
from pipeline.store.sequence_steps import bounded_step_end
from pipeline.store.sqlite.connection import Rows, rows
from pipeline.store.sqlite.read.compile_query import Branch
from pipeline.store.sqlite.read.matching_sort_keys import MatchingSortKeys
from pipeline.store.sqlite.reading_deadline import SqliteDeadline
from pipeline.store.sqlite.stored_rows import STORED_COLUMNS, stored_row
from pipeline.store.sqlite.withheld_rows import decode_withheld

CHECKED_ONE_BY_ONE = 2_000
"""Up to this many changed rows are checked against the tree one by one; of more, the matches are searched for."""

_CHANGED_SEQS = "SELECT seq FROM posts INDEXED BY posts_changed WHERE seq > ? AND seq <= ? AND changed > 0 LIMIT ?"
_WITHHELD_SEQS = "SELECT seq FROM withheld WHERE seq > ? AND seq <= ? LIMIT ?"
_STORED_SINCE = "SELECT place FROM posts INDEXED BY posts_seq WHERE seq > ? AND seq <= ? LIMIT ?"
_DELETED_SINCE = "SELECT id FROM tombstones WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
_WITHHELD_SINCE = "SELECT seq, body FROM withheld WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
_CHANGED_ROWS = (
    f"SELECT {STORED_COLUMNS} FROM posts AS p INDEXED BY posts_changed CROSS JOIN docs AS d ON d.place = p.place "  # noqa: S608
    "WHERE p.seq > ? AND p.seq <= ? AND p.changed > 0"
)


class ChangedRows:
    """Rows of one read transaction by their sequence numbers."""

    def __init__(
        self, connection: apsw.Connection, deadline: SqliteDeadline, keys: MatchingSortKeys, retained_from: int
    ) -> None:
        self._connection = connection
        self._deadline = deadline
        self._keys = keys
        self._retained_from = retained_from

    def count_changed(self, after: int, until: int, limit: int) -> int:
        """Return how many rows were ever replaced or are hidden, up to `limit` each. Only the index is read, no row."""
        return sum(1 for sql in (_CHANGED_SEQS, _WITHHELD_SEQS) for _ in self._rows(sql, (after, until, limit)))

    def new_matches(self, query: Query, after: int, until: int, limit: int) -> list[int]:
        """Return the sort keys of the newest matches with `after` < seq <= `until`."""
        found = [key for (key,) in self._rows(_STORED_SINCE, (after, until, CHECKED_ONE_BY_ONE + 1))]
        if len(found) <= CHECKED_ONE_BY_ONE:
            newest = sorted((key for key in found if key >= self._retained_from), reverse=True)
            return list(islice(self._keys.checked(newest, query), limit))
        newer = Branch(conditions=("p.seq > ?", "p.seq <= ?"), parameters=(after, until))
        compiled = self._keys.compile(query)
        compiled = replace(compiled, branches=tuple(branch & newer for branch in compiled.branches))
        return list(islice(self._keys.newest(compiled, query, limit), limit))

    def retracted(self, query: Query, after: int, until: int) -> list[tuple[str, int]]:
        """Return (id, version) of rows that were ever replaced and do not match now, and of hidden posts."""
        found = self.withdrawn(after, until, -1)
        for row in self._rows(_CHANGED_ROWS, (after, until)):
            self._deadline.check()
            stored = stored_row(row)
            if stored.sort_key < self._retained_from or not matches(query.root, stored.document):
                found.append((stored.post.id, stored.post.version))
        return found

    def withdrawn(self, after: int, until: int, limit: int) -> list[tuple[str, int]]:
        """Return (id, version) of hidden posts with `after` < seq <= `until`, lowest number first."""
        posts = [decode_withheld(body).post for _, body in self._rows(_WITHHELD_SINCE, (after, until, limit))]
        return [(post.id, post.version) for post in posts]

    def deleted_ids(self, after: int, until: int, limit: int) -> list[str]:
        """Return the ids of tombstones with `after` < seq <= `until`, lowest number first."""
        return [post_id for (post_id,) in self._rows(_DELETED_SINCE, (after, until, limit))]

    def step_end(self, after: int, limit: int, *, changed: bool) -> int | None:
        """Return where a bounded step ends; see `Reading.step_end`."""
        index, only = ("posts_changed", "changed > 0 AND") if changed else ("posts_seq", "")
        posts = f"posts INDEXED BY {index} WHERE {only}"
        tables = (posts, "tombstones WHERE", "withheld WHERE")
        return bounded_step_end(self._step_bounds(table, after, limit) for table in tables)

    def _step_bounds(self, table: str, after: int, limit: int) -> tuple[int, int] | None:
        """Return the lowest number above `after`, and that of the first row beyond `limit`; None if all rows fit."""
        sql = f"SELECT seq FROM {table} seq > ? ORDER BY seq LIMIT 1 OFFSET ?"  # noqa: S608 - texts of this module
        beyond = next((number for (number,) in self._rows(sql, (after, limit))), None)
        if beyond is None:
            return None
        return next((number, beyond) for (number,) in self._rows(sql, (after, 0)))

    def _rows(self, sql: str, bindings: Sequence[Any]) -> Rows:
        return rows(self._connection, sql, bindings)
