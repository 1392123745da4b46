"""Matching sort keys: finds the posts that match a search, newest first or in the order of a number.

Compiles the search for the visible posts of a span of time, merges the rows of its SQL statements without repetition,
and checks candidates against the tree where SQL alone does not decide. Keys are fetched in growing lots.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

import apsw

from pipeline.query.evaluate import matches
from pipeline.query.tree import Query
from pipeline.store import sort_key
from pipeline.store.contract import Sort
from pipeline.store.sqlite.bulk_fetch import POSTS_AT_ONCE
from pipeline.store.sqlite.connection import rows
from pipeline.store.sqlite.read.compile_query import Branch, SqliteQuery, compile_tree, rows_of
from pipeline.store.sqlite.reading_deadline import SqliteDeadline
from pipeline.store.sqlite.stored_rows import STORED_COLUMNS, stored_row

_MAX_KEYS_AT_ONCE = 50_000
_SORT_COLUMNS = {
    "followers": "followers",
    "reposts": "reposts",
    "likes": "likes",
    "replies": "replies",
    "reach": "reach",
}


class MatchingSortKeys:
    """Matches of searches within one read transaction. Posts below the sort key `retained_from` are invisible."""

    def __init__(self, connection: apsw.Connection, deadline: SqliteDeadline, retained_from: int) -> None:
        self._connection = connection
        self._deadline = deadline
        self._retained_from = retained_from

    def compile(self, query: Query, since: int | None = None, until: int | None = None) -> SqliteQuery:
        """Return the branches of a search over the visible posts of a span (ms)."""
        low = max(self._retained_from, sort_key.floor(since) if since is not None else 0)
        high = sort_key.floor(until) if until is not None else sort_key.MAX_SORT_KEY
        return compile_tree(query.root).within(low, high)

    def newest(self, compiled: SqliteQuery, query: Query, first: int = POSTS_AT_ONCE) -> Iterator[int]:
        """Yield the keys of all matches, newest first; the caller probably reads `first` of them."""
        streams = [self._stream(branch, first) for branch in compiled.branches]
        found = streams[0] if len(streams) == 1 else _unique(heapq.merge(*streams, reverse=True))
        return found if compiled.exact else self.checked(found, query)

    def _stream(self, branch: Branch, first: int) -> Iterator[int]:
        """Yield the keys of one branch, fetched in growing lots; `bulk_fetch` explains why not row by row."""
        size = first
        while True:
            source, parameters = rows_of(branch)
            lot = f"SELECT {source} ORDER BY 1 DESC LIMIT ?"
            sql = f"SELECT json_group_array(at ORDER BY at DESC) FROM ({lot})"  # noqa: S608 - rows_of: parameters only
            ((found,),) = rows(self._connection, sql, (*parameters, size))
            keys = json.loads(found)
            yield from keys
            if len(keys) < size:
                return
            branch = replace(branch, high=keys[-1])
            size = min(size * 8, _MAX_KEYS_AT_ONCE)

    def checked(self, candidates: Iterable[int], query: Query) -> Iterator[int]:
        """Yield those of the keys whose document matches the tree of a search."""
        sql = f"SELECT {STORED_COLUMNS} FROM posts AS p CROSS JOIN docs AS d ON d.place = p.place WHERE p.place = ?"  # noqa: S608
        for key in candidates:
            self._deadline.check()
            for row in rows(self._connection, sql, (key,)):
                if matches(query.root, stored_row(row).document):
                    yield key

    def ranked(
        self, compiled: SqliteQuery, query: Query, sort: Sort, limit: int, mark: tuple[int, int] | None
    ) -> list[tuple[int, int]]:
        """Return the first `limit` (value, key) in the order of a number, after `mark`; unknown values are -1."""
        value = f"coalesce(p.{_SORT_COLUMNS[sort]}, -1)"
        after = Branch()
        if mark:
            after = Branch(conditions=(f"({value}, p.place) < (?, ?)",), parameters=mark)
        best: set[tuple[int, int]] = set()
        for branch in compiled.branches:
            source, parameters = rows_of(branch & after, posts=True)
            sql = f"SELECT {value}, {source} ORDER BY 1 DESC, 2 DESC"
            if compiled.exact:
                found = rows(self._connection, f"{sql} LIMIT {int(limit)}", parameters)
                best.update((number, key) for number, key in found)
                continue
            found = rows(self._connection, sql, parameters)
            best.update(islice(((number, key) for number, key in found if self._is_match(query, key)), limit))
        return heapq.nlargest(limit, best)

    def _is_match(self, query: Query, key: int) -> bool:
        return any(True for _ in self.checked([key], query))


def _unique(keys: Iterable[int]) -> Iterator[int]:
    last = -1
    for key in keys:
        if key != last:
            yield key
        last = key
