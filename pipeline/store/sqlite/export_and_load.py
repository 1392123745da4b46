"""Copy access to a SQLite store: exports all rows as they are, and loads those of another store (`murmur copy`).

Rows are posts with raw records, tombstones, deleted accounts and the salts of their hashes, read page by page. Each
load is one transaction. Also keeps the copy's progress note.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import apsw

from pipeline.store.contract import AccountTombstone, ExportRow, HiddenRow, Tombstone
from pipeline.store.copy.copied_post_plan import decode_rows, hidden_row, plan_hidden, plan_load
from pipeline.store.past.post_past import encode_past
from pipeline.store.plan import AccountRow
from pipeline.store.plan.deletions import plan_tombstones
from pipeline.store.raw_record_compression import compress, decompress
from pipeline.store.sqlite.bulk_fetch import fetch_with_originals
from pipeline.store.sqlite.connection import rows, transaction
from pipeline.store.sqlite.error_mapping import translate_errors
from pipeline.store.sqlite.stored_rows import PAST_COLUMN, PAST_JOIN
from pipeline.store.sqlite.write.plan_lookups import SqlitePlanLookups
from pipeline.store.sqlite.write.plan_writer import BURY_ACCOUNT, SqliteWriter
from pipeline.store.tombstone_rules import account_tombstone, merge_salts, stored_at

_ROWS_AT_ONCE = 1_000
_HIDDEN_AT_ONCE = 250
_FORMER_SALTS, _NOTE = "former_salts", "moving"
_POSTS = (
    f"SELECT p.place, p.touched, p.reach, r.data, {PAST_COLUMN} FROM posts AS p "  # noqa: S608 - our own column name
    f"LEFT JOIN raws AS r ON r.place = p.place {PAST_JOIN} WHERE p.place >= ? ORDER BY p.place LIMIT ?"
)
_RAW = "SELECT data FROM raws WHERE place = ?"
_WITHHELD = "SELECT hash FROM withheld WHERE hash >= ? ORDER BY hash LIMIT ?"
_TOMBSTONES = "SELECT hash, id, seq, at FROM tombstones WHERE hash >= ? ORDER BY hash LIMIT ?"
_ACCOUNTS = (
    "SELECT source, author, until, at FROM authors_gone WHERE (source, author) > (?, ?) ORDER BY source, author LIMIT ?"
)


def former_salts(facts: dict[str, Any]) -> list[bytes]:
    """Return the salts of other stores from the facts that a store keeps about itself."""
    return [bytes.fromhex(salt) for salt in json.loads(facts.get(_FORMER_SALTS, "[]"))]


class SqliteCopyAccess:
    """Keeps `contract.CopyAccess` over a store's own connection."""

    def __init__(self, connection: apsw.Connection, lookups: SqlitePlanLookups, salt: bytes) -> None:
        self._connection = connection
        self._lookups = lookups
        self._salt = salt

    # -- export

    def posts(self, *, since: int = 0, at_once: int = 250) -> Iterator[list[ExportRow]]:
        """Yield the posts from a sort key on, lowest first, in lists of at most `at_once`."""
        while True:
            with translate_errors():
                page = self._page(since, at_once)
            if page:
                yield page
            if len(page) < at_once:
                return
            since = page[-1].sort_key + 1

    def _page(self, since: int, limit: int) -> list[ExportRow]:
        self._connection.execute("BEGIN")
        try:
            found = list(rows(self._connection, _POSTS, (since, limit)))
            bodies = list(fetch_with_originals(self._connection, [row[0] for row in found]))
        finally:
            self._connection.execute("COMMIT")
        return [
            ExportRow(key, body, decompress(raw) if raw else b"", bool(touched), reach, original, past or b"")
            for (key, touched, reach, raw, past), (body, original) in zip(found, bodies, strict=True)
        ]

    def posts_by_id(self, ids: Sequence[str]) -> dict[str, ExportRow]:
        """Return those of the posts that are stored, without reach and original."""
        with translate_errors():
            found = self._lookups.stored(ids)
            return {
                post_id: ExportRow(
                    row.sort_key, row.body, self._raw_record(row.sort_key), row.touched, past=encode_past(row.past)
                )
                for post_id, row in found.items()
            }

    def _raw_record(self, key: int) -> bytes:
        for (data,) in rows(self._connection, _RAW, (key,)):
            return decompress(data)
        return b""

    def tombstones(self) -> Iterator[list[Tombstone]]:
        """Yield all tombstones of posts in lists."""
        after = -(1 << 63)
        while True:
            with translate_errors():
                found = list(rows(self._connection, _TOMBSTONES, (after, _ROWS_AT_ONCE)))
            if found:
                yield [Tombstone(*row[1:]) for row in found]
            if len(found) < _ROWS_AT_ONCE:
                return
            after = found[-1][0] + 1

    def accounts(self) -> Iterator[list[AccountTombstone]]:
        """Yield all tombstones of accounts in lists."""
        after = ("", "")
        while True:
            with translate_errors():
                found = list(rows(self._connection, _ACCOUNTS, (*after, _ROWS_AT_ONCE)))
            if found:
                yield [account_tombstone(*row) for row in found]
            if len(found) < _ROWS_AT_ONCE:
                return
            after = found[-1][:2]

    def salts(self) -> list[bytes]:
        """Return the salts under which accounts are hashed, the store's own first."""
        return [self._salt, *self._lookups.former_salts]

    def hidden_posts(self) -> Iterator[list[HiddenRow]]:
        """Yield all posts that are hidden while their account is off, in lists."""
        after = -1 << 63
        while True:
            with translate_errors():
                hashes = [key for (key,) in rows(self._connection, _WITHHELD, (after, _HIDDEN_AT_ONCE))]
                found = self._lookups.known_accounts.withheld_at(hashes)
                known = self._lookups.accounts({one.owner for one in found})
            if found:
                yield [hidden_row(one, known.get(one.owner, AccountRow())) for one in found]
            if len(hashes) < _HIDDEN_AT_ONCE:
                return
            after = hashes[-1] + 1

    # -- load

    def load_hidden_posts(self, posts: Sequence[HiddenRow]) -> None:
        """Store hidden posts, with what is known of their accounts."""
        with translate_errors(), transaction(self._connection):
            plan = plan_hidden(self._lookups, posts, _now_ms())
            SqliteWriter(self._connection, self._lookups, 0).apply(plan)

    def load_posts(self, posts: Sequence[ExportRow]) -> dict[str, str]:
        """Store posts as they are; see `CopyAccess.load_posts`. SQLite refuses none."""
        decoded = decode_rows(posts)
        raw_records = {post.id: compress(row.raw) for post, row in decoded if row.raw}
        with translate_errors(), transaction(self._connection):
            load = plan_load(self._lookups, decoded, _now_ms())
            SqliteWriter(self._connection, self._lookups, 0, raw_records).apply(load.plan)
        return {}

    def load_tombstones(self, stones: Sequence[Tombstone]) -> None:
        """Store tombstones with their sequence numbers, and remove the posts they name."""
        with translate_errors(), transaction(self._connection):
            plan = plan_tombstones(self._lookups, stones, _now_ms())
            SqliteWriter(self._connection, self._lookups, 0).apply(plan)

    def load_accounts(self, accounts: Sequence[AccountTombstone], salts: Sequence[bytes]) -> None:
        """Store tombstones of accounts, and the salts they are hashed with."""
        stones = [(stone.source, stone.name, stone.until, stored_at(stone)) for stone in accounts]
        former = [salt for salt in merge_salts(self.salts(), salts) if salt != self._salt]
        with translate_errors(), transaction(self._connection):
            self._connection.executemany(BURY_ACCOUNT, stones)
            self._save(_FORMER_SALTS, json.dumps([salt.hex() for salt in former]))
        self._lookups.former_salts = former

    def note(self) -> bytes:
        """Return the progress note of the last copy into this store; b"" if there is none."""
        with translate_errors():
            for (value,) in rows(self._connection, "SELECT value FROM meta WHERE key = ?", (_NOTE,)):
                return str(value).encode()
        return b""

    def save_note(self, note: bytes) -> None:
        """Store a progress note (JSON) with the data."""
        with translate_errors(), transaction(self._connection):
            self._save(_NOTE, note.decode())

    def _save(self, key: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
