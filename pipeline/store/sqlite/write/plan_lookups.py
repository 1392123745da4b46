"""Plan lookups of the SQLite store: answers the queries of planning a batch, inside the writer's transaction.

They find tombstones of posts and accounts (by salted hash), stored rows, reposts, the posts of an account, what is
known of accounts, and hidden posts. The
writer also looks up quotes of posts, and the sort keys that are taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apsw

from pipeline.query.analyser import fold
from pipeline.store.plan import AccountKey, AccountRow, StoredRow, WithheldPost
from pipeline.store.sort_key import TIE_MASK, TakenEnds
from pipeline.store.sqlite import document_columns
from pipeline.store.sqlite.connection import rows
from pipeline.store.sqlite.id_hashes import IdHashes
from pipeline.store.sqlite.stored_rows import PAST_COLUMN, PAST_JOIN, STORED_COLUMNS, stored_row
from pipeline.store.sqlite.write.accounts import SqliteAccounts
from pipeline.store.tombstone_rules import account_hash

_FACETS_AT_ONCE = 100
_TOMBSTONES = "SELECT t.hash, t.at FROM json_each(?) AS k CROSS JOIN tombstones AS t ON t.hash = k.value"
_ALIASES = "SELECT a.hash, a.id FROM json_each(?) AS k CROSS JOIN aliases AS a ON a.hash = k.value"
_DELETION_VERSIONS = (
    "SELECT v.hash, v.version FROM json_each(?) AS k CROSS JOIN deletion_versions AS v ON v.hash = k.value"
)
_ACCOUNT_UNTIL = "SELECT until FROM authors_gone WHERE source IN (?, '') AND author = ?"
_ROWS_BY_HASH = (
    f"SELECT k.value, {STORED_COLUMNS}, {PAST_COLUMN} FROM json_each(?) AS k "  # noqa: S608 - our own column names
    f"CROSS JOIN posts AS p ON p.hash = k.value CROSS JOIN docs AS d ON d.place = p.place {PAST_JOIN}"
)
_ROW = (
    f"SELECT {STORED_COLUMNS}, {PAST_COLUMN} FROM posts AS p JOIN docs AS d ON d.place = p.place "  # noqa: S608 - as above
    f"{PAST_JOIN} WHERE p.place = ?"
)
_REPOSTED = "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM posts WHERE original = value)"
_NEWEST_REPOSTS = "SELECT place FROM posts WHERE original = ? ORDER BY place DESC LIMIT ?"
_BY_AUTHOR = (
    "SELECT f.rowid FROM fts AS f CROSS JOIN posts AS p ON p.place = f.rowid "
    "WHERE fts MATCH ? AND p.author = ? AND p.version <= ? LIMIT ?"
)
_BY_FORMER_NAME = (
    "SELECT f.rowid FROM fts AS f CROSS JOIN posts AS p ON p.place = f.rowid CROSS JOIN docs AS d ON d.place = p.place "
    "WHERE fts MATCH ? AND p.author = ? AND p.seq < ? AND json_extract(d.body, '$.author.handle') <> ? LIMIT ?"
)
_WITH_POSTS = (
    "SELECT k.key FROM json_each(?) AS k WHERE EXISTS (SELECT 1 FROM fts AS f CROSS JOIN posts AS p "
    "ON p.place = f.rowid WHERE fts MATCH k.value ->> 0 AND p.author = k.value ->> 1)"
)
_TAKEN = "SELECT p.place FROM json_each(?) AS k CROSS JOIN posts AS p ON p.place = k.value"
_HIGHEST = "SELECT place FROM posts WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1"
_LOWEST = "SELECT place FROM posts WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1"


class SqlitePlanLookups:
    """Keeps `plan.PlanLookups`. `former_salts` are those of other stores whose account tombstones were copied here."""

    def __init__(self, connection: apsw.Connection, salt: bytes, former_salts: Sequence[bytes] = ()) -> None:
        self._connection = connection
        self._salt = salt
        self.former_salts = former_salts
        self.hashes = IdHashes(salt)
        self.known_accounts = SqliteAccounts(connection, self.hashes)

    def _by_hash(self, sql: str, ids: Iterable[str]) -> Iterator[tuple[str, tuple[Any, ...]]]:
        hashes = {self.hashes.id_hash(post_id): post_id for post_id in ids}
        for row in rows(self._connection, sql, (json.dumps(list(hashes)),)):
            yield hashes[row[0]], row[1:]

    def tombstones(self, ids: Iterable[str]) -> dict[str, int]:
        """Return when (ms) those of the ids that have a tombstone were deleted here."""
        return {post_id: row[0] for post_id, row in self._by_hash(_TOMBSTONES, ids)}

    def deletion_versions(self, ids: Iterable[str]) -> dict[str, int]:
        """Return the versions (ms) of the deletions of those ids that may be used again and have a tombstone."""
        return {post_id: row[0] for post_id, row in self._by_hash(_DELETION_VERSIONS, ids)}

    def aliases(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the post of which those ids that stand for a later version are one."""
        if not self._connection.execute("SELECT 1 FROM aliases LIMIT 1").fetchall():
            return {}
        return {post_id: row[0] for post_id, row in self._by_hash(_ALIASES, ids)}

    def account_tombstones(self, authors: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return until when (ms) posts of those accounts that were deleted stay out."""
        if not self._connection.execute("SELECT 1 FROM authors_gone LIMIT 1").fetchall():
            return {}
        found: dict[tuple[str, str], int] = {}
        for author in authors:
            for salt in (self._salt, *self.former_salts):
                for (until,) in rows(self._connection, _ACCOUNT_UNTIL, (author[0], account_hash(*author, salt))):
                    found[author] = max(until, found.get(author, until))
        return found

    def account_key(self, source: str, author_id: str) -> tuple[str, str]:
        """Return the key of an account's tombstone: network and salted hash."""
        return source, account_hash(source, author_id, self._salt)

    def stored(self, ids: Iterable[str]) -> dict[str, StoredRow]:
        """Return the rows of those ids that are stored."""
        return {post_id: stored_row(row) for post_id, row in self._by_hash(_ROWS_BY_HASH, ids)}

    def reposts(self, ids: Iterable[str], each: int, together: int) -> dict[str, list[StoredRow]]:
        """Return stored reposts by the id of their original, newest first; see `PlanLookups.reposts`."""
        found: dict[str, list[StoredRow]] = {}
        for post_id, _ in list(self._by_hash(_REPOSTED, ids)):
            bounds = (self.hashes.id_hash(post_id), min(each, together))
            keys = [key for (key,) in rows(self._connection, _NEWEST_REPOSTS, bounds)]
            if keys:
                found[post_id] = [self._row(key) for key in keys]
            together -= len(keys)
        return found

    def _row(self, key: int) -> StoredRow:
        return stored_row(next(iter(rows(self._connection, _ROW, (key,)))))

    def by_author(self, source: str, author_id: str, until: int, limit: int) -> list[StoredRow]:
        """Return stored posts of an account with a version up to `until` (ms): found by facet, then checked."""
        bounds = (_by_author(author_id), self.hashes.author_hash(source, author_id), until, limit)
        return [self._row(key) for (key,) in list(rows(self._connection, _BY_AUTHOR, bounds))]

    def by_former_name(self, source: str, author_id: str, handle: str, before_seq: int, limit: int) -> list[StoredRow]:
        """Return stored posts of an account that show another handle; see `PlanLookups.by_former_name`."""
        bounds = (_by_author(author_id), self.hashes.author_hash(source, author_id), before_seq, handle, limit)
        return [self._row(key) for (key,) in list(rows(self._connection, _BY_FORMER_NAME, bounds))]

    def with_posts(self, keys: Iterable[AccountKey]) -> set[AccountKey]:
        """Return those of the accounts that have stored posts."""
        if not (wanted := list(keys)):
            return set()
        pairs = [(_by_author(key[1]), self.hashes.author_hash(*key)) for key in wanted]
        return {wanted[place] for (place,) in rows(self._connection, _WITH_POSTS, (json.dumps(pairs),))}

    def with_withheld(self, keys: Iterable[AccountKey]) -> set[AccountKey]:
        """Return those of the accounts because of which posts are hidden."""
        return self.known_accounts.with_withheld(keys)

    def accounts(self, keys: Iterable[AccountKey]) -> dict[AccountKey, AccountRow]:
        """Return what is known of accounts."""
        return self.known_accounts.known(keys)

    def withheld(self, ids: Iterable[str]) -> dict[str, WithheldPost]:
        """Return those of the posts that are hidden."""
        return self.known_accounts.withheld(ids)

    def withheld_of(self, owner: AccountKey, limit: int, *, written: bool = False) -> list[WithheldPost]:
        """Return hidden posts of an account; see `PlanLookups.withheld_of`."""
        return self.known_accounts.withheld_of(owner, limit, written=written)

    def quotes(self, ids: Sequence[str]) -> list[int]:
        """Return the sort keys of the stored quotes of posts."""
        found: list[int] = []
        for start in range(0, len(ids), _FACETS_AT_ONCE):
            tokens = (_quoted("quote_of:" + fold(post_id)) for post_id in ids[start : start + _FACETS_AT_ONCE])
            match = f"facets : ({' OR '.join(tokens)})"
            found += [key for (key,) in rows(self._connection, "SELECT rowid FROM fts WHERE fts MATCH ?", (match,))]
        return found

    def taken(self, keys: Iterable[int]) -> set[int]:
        """Return those of the sort keys that are taken."""
        wanted = list(keys)
        return {key for (key,) in rows(self._connection, _TAKEN, (json.dumps(wanted),))} if wanted else set()

    def taken_ends(self, low: int) -> TakenEnds:
        """Return the lowest and the highest sort key taken in the millisecond that begins at `low`."""
        # Each statement is one step into the tree of rows, however many rows there are; min() and max() at once walk
        # it.
        span = (low, low | TIE_MASK)
        for (highest,) in rows(self._connection, _HIGHEST, span):
            for (lowest,) in rows(self._connection, _LOWEST, span):
                return lowest, highest
        return None


def _by_author(author_id: str) -> str:
    return f"facets : {_quoted('from:' + fold(author_id))}"


def _quoted(facet: str) -> str:
    return '"' + document_columns.facet_token(facet).replace('"', '""') + '"'
