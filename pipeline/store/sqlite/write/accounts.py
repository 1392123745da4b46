"""Accounts in SQLite: reads and writes what is known of accounts, and the posts that are hidden while one is off.

A hidden post is a row of `withheld`, found by the hash of its id, of the account that is off, and of its author. Its
body holds that account and the post; its raw record stays compressed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import apsw
import msgspec

from pipeline.store.past.post_past import decode_past, encode_past
from pipeline.store.plan import AccountKey, AccountRow, WithheldPost, WritePlan
from pipeline.store.raw_record_compression import compress, decompress
from pipeline.store.sqlite.connection import Rows, rows
from pipeline.store.sqlite.id_hashes import IdHashes
from pipeline.store.sqlite.withheld_rows import WithheldBody, decode_withheld

_ACCOUNTS = "SELECT a.hash, a.data FROM json_each(?) AS k CROSS JOIN accounts AS a ON a.hash = k.value"
_PUT_ACCOUNT = "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?)"
_WITHHELD = "SELECT w.body, w.raw FROM json_each(?) AS k CROSS JOIN withheld AS w ON w.hash = k.value"
_OF_OWNER = "SELECT body, raw FROM withheld WHERE owner = ?1 LIMIT ?2"
_OWNERS = "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM withheld WHERE owner = value)"
_OF_EITHER = "SELECT body, raw FROM withheld WHERE owner = ?1 OR author = ?1 LIMIT ?2"
_RAW_OF_ROW = "SELECT r.data FROM posts AS p JOIN raws AS r ON r.place = p.place WHERE p.hash = ?"
_PUT_WITHHELD = "INSERT OR REPLACE INTO withheld VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_REMOVE_WITHHELD = "DELETE FROM withheld WHERE hash = ?"


_encode = msgspec.json.Encoder().encode
_decode_account = msgspec.json.Decoder(AccountRow).decode


class SqliteAccounts:
    """Accounts and hidden posts of one store, inside the writer's transaction."""

    def __init__(self, connection: apsw.Connection, hashes: IdHashes) -> None:
        self._connection = connection
        self._hashes = hashes

    def known(self, keys: Iterable[AccountKey]) -> dict[AccountKey, AccountRow]:
        """Return what is known of accounts."""
        hashes = {self._hashes.author_hash(*key): key for key in keys}
        found = rows(self._connection, _ACCOUNTS, (json.dumps(list(hashes)),))
        return {hashes[account]: _decode_account(data) for account, data in found}

    def withheld(self, ids: Iterable[str]) -> dict[str, WithheldPost]:
        """Return those of the posts that are hidden."""
        hashes = [self._hashes.id_hash(post_id) for post_id in ids]
        return {one.post.id: one for one in self.withheld_at(hashes)} if hashes else {}

    def withheld_at(self, hashes: Sequence[int]) -> list[WithheldPost]:
        """Return the hidden posts at the hashes of their ids."""
        return self._posts(rows(self._connection, _WITHHELD, (json.dumps(hashes),)))

    def withheld_of(self, owner: AccountKey, limit: int, *, written: bool) -> list[WithheldPost]:
        """Return hidden posts of an account; see `PlanLookups.withheld_of`."""
        sql = _OF_EITHER if written else _OF_OWNER
        return self._posts(rows(self._connection, sql, (self._hashes.author_hash(*owner), limit)))

    def with_withheld(self, keys: Iterable[AccountKey]) -> set[AccountKey]:
        """Return those of the accounts because of which posts are hidden."""
        if not (hashes := {self._hashes.author_hash(*key): key for key in keys}):
            return set()
        return {hashes[owner] for (owner,) in rows(self._connection, _OWNERS, (json.dumps(list(hashes)),))}

    @staticmethod
    def _posts(found: Rows) -> list[WithheldPost]:
        posts = []
        for data, raw in found:
            body = decode_withheld(data)
            raw_record = decompress(raw) if raw is not None else b""
            posts.append(WithheldPost(body.post, body.owner, raw_record, decode_past(body.past)))
        return posts

    def apply(self, plan: WritePlan) -> None:
        """Write the plan's accounts and hidden posts. Rows that the plan removes are still there."""
        connection, hashes = self._connection, self._hashes
        for post_id, one in plan.withheld.items():
            id_hash, post = hashes.id_hash(post_id), one.post
            raw = compress(one.raw) if one.raw else None
            if raw is None and post_id in plan.removals:
                raw = next((data for (data,) in rows(connection, _RAW_OF_ROW, (id_hash,))), None)
            owner, author = hashes.author_hash(*one.owner), hashes.author_hash(post.source, post.author.id)
            body = _encode(WithheldBody(one.owner, post, encode_past(one.past)))
            row = (id_hash, owner, author, post.seq, post.created_at, plan.now_ms, body, raw)
            connection.execute(_PUT_WITHHELD, row)
        connection.executemany(_REMOVE_WITHHELD, [(hashes.id_hash(post_id),) for post_id in plan.settled])
        accounts = [
            (hashes.author_hash(*key), plan.now_ms + row.kept_ms(), _encode(row)) for key, row in plan.accounts.items()
        ]
        connection.executemany(_PUT_ACCOUNT, accounts)
