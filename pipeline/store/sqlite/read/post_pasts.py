"""Pasts of posts in SQLite: entry numbers of a page, the versions of a post, and how many matches are unread.

Most posts have no past, and one look-up tells those of a page that have. What is unread is found by sequence numbers:
up to 2,000 rows stored since are checked against the search one by one; of more, the matches are searched for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import apsw

from pipeline.query.tree import Query
from pipeline.store.contract import SeenVersion, Unread
from pipeline.store.past.entry_number import entered_numbers, entry_number
from pipeline.store.past.post_past import decode_past, seen_versions
from pipeline.store.plan import StoredRow
from pipeline.store.sqlite.bulk_fetch import POSTS_AT_ONCE
from pipeline.store.sqlite.connection import rows
from pipeline.store.sqlite.read.changes import CHECKED_ONE_BY_ONE
from pipeline.store.sqlite.read.compile_query import Branch
from pipeline.store.sqlite.read.matching_sort_keys import MatchingSortKeys
from pipeline.store.sqlite.stored_rows import PAST_COLUMN, PAST_JOIN, STORED_COLUMNS, stored_row

_WITH_PASTS = (
    f"SELECT {STORED_COLUMNS}, {PAST_COLUMN} FROM json_each(?) AS k CROSS JOIN posts AS p ON p.place = k.value "  # noqa: S608
    "CROSS JOIN pasts AS v ON v.hash = p.hash CROSS JOIN docs AS d ON d.place = p.place"
)
_VERSIONS = (
    f"SELECT d.body, p.first, {PAST_COLUMN} FROM posts AS p JOIN docs AS d ON d.place = p.place "  # noqa: S608
    f"{PAST_JOIN} WHERE p.place = ?"
)
_MAY_BE_UNREAD = (
    "((p.first > ? AND p.first <= ?) OR EXISTS (SELECT 1 FROM pasts AS v WHERE v.hash = p.hash AND v.until > ?))"
)
_STORED_SINCE = "SELECT p.place FROM posts AS p INDEXED BY posts_seq WHERE p.seq > ? LIMIT ?"
_UNREAD_SINCE = f"SELECT p.place FROM posts AS p INDEXED BY posts_seq WHERE p.seq > ? AND {_MAY_BE_UNREAD}"  # noqa: S608


class PostPasts:
    """Replaced versions and numbers of posts, read within one transaction."""

    def __init__(self, connection: apsw.Connection, keys: MatchingSortKeys, retained_from: int) -> None:
        self._connection = connection
        self._keys = keys
        self._retained_from = retained_from

    def entered(self, query: Query, keys: Sequence[int]) -> dict[str, int]:
        """Return the entry numbers, by id, of those posts at sort keys that began to match after they were stored."""
        found = self._with_pasts(keys)
        return entered_numbers(query.root, ((row.post.id, row.document, row.post.first_seq, row.past) for row in found))

    def versions(self, key: int) -> list[SeenVersion]:
        """Return the versions of the post at a sort key, newest first."""
        found = rows(self._connection, _VERSIONS, (key,))
        seen = (seen_versions(bytes(body), first, decode_past(data)) for body, first, data in found)
        return [SeenVersion(*one) for versions in seen for one in versions]

    def unread(self, query: Query, read: int, limit: int, until: int) -> Unread:
        """Return how many matches are above a marker; see `Reading.unread`."""
        keys, count = self._candidates(query, read, until), 0
        while count <= limit and (chunk := list(islice(keys, POSTS_AT_ONCE))):
            doubtful = self._with_pasts(chunk)
            numbers = (entry_number(query.root, row.document, row.post.first_seq, row.past) for row in doubtful)
            count += len(chunk) - len(doubtful) + sum(read < number <= until for number in numbers)
        return Unread(min(count, limit), count > limit)

    def _candidates(self, query: Query, read: int, until: int) -> Iterator[int]:
        """Yield the sort keys of the matches that may be unread: those without a past are."""
        parameters = (read, read, until, read)
        few = list(rows(self._connection, _STORED_SINCE, (read, CHECKED_ONE_BY_ONE + 1)))
        if len(few) <= CHECKED_ONE_BY_ONE:
            found = sorted((key for (key,) in rows(self._connection, _UNREAD_SINCE, parameters)), reverse=True)
            return self._keys.checked((key for key in found if key >= self._retained_from), query)
        newer = Branch(conditions=("p.seq > ?", _MAY_BE_UNREAD), parameters=parameters)
        compiled = self._keys.compile(query)
        compiled = replace(compiled, branches=tuple(branch & newer for branch in compiled.branches))
        return self._keys.newest(compiled, query)

    def _with_pasts(self, keys: Iterable[int]) -> list[StoredRow]:
        """Return those of the rows at sort keys of which something was replaced."""
        return [stored_row(row) for row in rows(self._connection, _WITH_PASTS, (json.dumps([*keys]),))]
