"""Counts of a search: its number of matches, and timelines (matches by time bucket).

SQL counts where one statement decides the search exactly; else matches are counted one by one. Where nothing but a span
of time is asked for, the stored sums by minute serve.
"""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from pipeline.query.tree import Query
from pipeline.store import sort_key
from pipeline.store.contract import Timeline
from pipeline.store.sqlite.connection import rows
from pipeline.store.sqlite.read.compile_query import Branch, SqliteQuery, rows_of
from pipeline.store.sqlite.read.matching_sort_keys import MatchingSortKeys
from pipeline.store.timeline_intervals import interval_for

_MS_A_MINUTE = 60_000
_ONE_INTERVAL = _MS_A_MINUTE << 40


class MatchCounts:
    """Counts matches within one read transaction."""

    def __init__(self, connection: apsw.Connection, keys: MatchingSortKeys) -> None:
        self._connection = connection
        self._keys = keys

    def count(self, compiled: SqliteQuery, query: Query) -> int:
        """Return the number of matches."""
        if compiled.exact and len(compiled.branches) == 1:
            return sum(count for _, count in self._grouped(compiled.branches[0], _ONE_INTERVAL))
        return sum(1 for _ in self._keys.newest(compiled, query))

    def timeline(
        self,
        query: Query,
        *,
        interval_ms: int | None,
        since: int | None,
        until: int | None,
        max_buckets: int | None,
    ) -> Timeline:
        """Return counts by time; see `Reading.timeline`."""
        compiled = self._keys.compile(query, since, until)
        ends = self._ends(compiled, query)
        if ends is None:
            start = since or 0
            return Timeline(interval_for(0, interval_ms), [], 0, start, until if until is not None else start)
        first, last = ends[0] >> sort_key.TIE_BITS, ends[1] >> sort_key.TIE_BITS
        since = first if since is None else since
        until = last + 1 if until is None else until
        interval = interval_for(until - since, interval_ms, max_buckets)
        buckets: dict[int, int] = {}
        if compiled.exact and len(compiled.branches) == 1:
            for number, count in self._grouped(compiled.branches[0], interval):
                buckets[number * interval] = buckets.get(number * interval, 0) + count
        else:
            for key in self._keys.newest(compiled, query):
                start = (key >> sort_key.TIE_BITS) // interval * interval
                buckets[start] = buckets.get(start, 0) + 1
        return Timeline(interval, sorted(buckets.items()), sum(buckets.values()), since, until)

    def _ends(self, compiled: SqliteQuery, query: Query) -> tuple[int, int] | None:
        """Return the sort keys of the oldest and the newest match."""
        if not compiled.exact:
            found = list(self._keys.newest(compiled, query))
            return (found[-1], found[0]) if found else None
        ends: list[int] = []
        for branch in compiled.branches:
            source, parameters = rows_of(branch)
            for order in ("ASC", "DESC"):
                sql = f"SELECT {source} ORDER BY 1 {order} LIMIT 1"
                ends += [key for (key,) in rows(self._connection, sql, parameters)]
        return (min(ends), max(ends)) if ends else None

    def _grouped(self, branch: Branch, interval: int) -> Iterator[tuple[int, int]]:
        """Yield (number of the interval, count). A number may come more than once; its counts add up."""
        if branch.match is None and not branch.conditions and interval % _MS_A_MINUTE == 0:
            yield from self._by_minutes(branch, interval)
            return
        source, parameters = rows_of(branch)
        column, _, rest = source.partition(" AS at ")
        sql = f"SELECT ({column} >> {sort_key.TIE_BITS}) / {int(interval)}, count(*) {rest} GROUP BY 1"
        yield from ((number, count) for number, count in rows(self._connection, sql, parameters))

    def _by_minutes(self, branch: Branch, interval: int) -> Iterator[tuple[int, int]]:
        """Count all posts of a span: whole minutes from their stored sums, and the rest at both ends by row."""
        low = -(-(branch.low >> sort_key.TIE_BITS) // _MS_A_MINUTE)
        high = (branch.high >> sort_key.TIE_BITS) // _MS_A_MINUTE
        sql = "SELECT minute / ?, sum(posts) FROM minutes WHERE minute >= ? AND minute < ? GROUP BY 1"
        if low < high:
            found = rows(self._connection, sql, (interval // _MS_A_MINUTE, low, high))
            yield from ((number, count) for number, count in found)
        ends = [(branch.low, sort_key.floor(low * _MS_A_MINUTE)), (sort_key.floor(high * _MS_A_MINUTE), branch.high)]
        sql = (
            f"SELECT (place >> {sort_key.TIE_BITS}) / ?, count(*) FROM posts "  # noqa: S608
            "WHERE place >= ? AND place < ? GROUP BY 1"
        )
        for start, end in ends if low < high else [(branch.low, branch.high)]:
            if start < end:
                yield from ((number, count) for number, count in rows(self._connection, sql, (interval, start, end)))
