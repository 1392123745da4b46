"""All that lies in a SQLite store, out of it and into it, as `contract.Moving` wants it. Nothing is merged here."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import apsw

from pipeline.store.tombstones import joined
from pipeline.store.contract import GoneAccount, Held, Tombstone
from pipeline.store.copy.load_plan import decoded, moved
from pipeline.store.plan import Plan
from pipeline.store.raw_records import compress, decompress
from pipeline.store.sqlite import schema
from pipeline.store.sqlite.bulk_fetch import pairs
from pipeline.store.sqlite.deadline import translated
from pipeline.store.sqlite.write.lookups import SqliteShelf
from pipeline.store.sqlite.schema import rows
from pipeline.store.sqlite.write.writer import FOR_GOOD, Writer

_AT_ONCE = 1_000
_FORMER, _NOTE = "former_salts", "moving"
_POSTS = (
    "SELECT p.place, p.touched, p.reach, r.data FROM posts AS p LEFT JOIN raws AS r ON r.place = p.place "
    "WHERE p.place >= ? ORDER BY p.place LIMIT ?"
)
_STONES = "SELECT hash, id, seq, at FROM tombstones WHERE hash >= ? ORDER BY hash LIMIT ?"
_ACCOUNTS = (
    "SELECT source, author, until, at FROM authors_gone WHERE (source, author) > (?, ?) ORDER BY source, author LIMIT ?"
)
_GONE = (
    "INSERT INTO authors_gone VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET until = max(until, excluded.until), at = max(at, excluded.at)"
)


def former_salts(facts: dict[str, Any]) -> list[bytes]:
    """Return the salts of other stores out of what a store says of itself."""
    return [bytes.fromhex(salt) for salt in json.loads(facts.get(_FORMER, "[]"))]


class SqliteMoving:
    """Keeps `contract.Moving` over a store's own connection."""

    def __init__(self, connection: apsw.Connection, shelf: SqliteShelf, salt: bytes) -> None:
        self._connection = connection
        self._shelf = shelf
        self._salt = salt

    # -- out

    def posts(self, *, since: int = 0, at_once: int = 250) -> Iterator[list[Held]]:
        """Yield the posts from a place on, lowest place first, at most `at_once` at a time."""
        while True:
            with translated():
                page = self._page(since, at_once)
            if page:
                yield page
            if len(page) < at_once:
                return
            since = page[-1].place + 1

    def _page(self, since: int, limit: int) -> list[Held]:
        self._connection.execute("BEGIN")
        try:
            found = list(rows(self._connection, _POSTS, (since, limit)))
            bodies = list(pairs(self._connection, [row[0] for row in found]))
        finally:
            self._connection.execute("COMMIT")
        return [
            Held(place, body, decompress(raw) if raw is not None else b"", bool(touched), reach, original)
            for (place, touched, reach, raw), (body, original) in zip(found, bodies, strict=True)
        ]

    def some(self, ids: Sequence[str]) -> dict[str, Held]:
        """Return those of the posts that are stored."""
        with translated():
            found = self._shelf.stored(ids)
            return {key: Held(row.place, row.body, self._raw(row.place), row.touched) for key, row in found.items()}

    def _raw(self, place: int) -> bytes:
        for (data,) in rows(self._connection, "SELECT data FROM raws WHERE place = ?", (place,)):
            return decompress(data)
        return b""

    def tombstones(self) -> Iterator[list[Tombstone]]:
        """Yield all tombstones of posts, some at a time."""
        after = -(1 << 63)
        while True:
            with translated():
                found = list(rows(self._connection, _STONES, (after, _AT_ONCE)))
            if found:
                yield [Tombstone(*row[1:]) for row in found]
            if len(found) < _AT_ONCE:
                return
            after = found[-1][0] + 1

    def accounts(self) -> Iterator[list[GoneAccount]]:
        """Yield all withdrawn accounts, some at a time."""
        after = ("", "")
        while True:
            with translated():
                found = list(rows(self._connection, _ACCOUNTS, (*after, _AT_ONCE)))
            if found:
                yield [_account(*row) for row in found]
            if len(found) < _AT_ONCE:
                return
            after = found[-1][:2]

    def salts(self) -> list[bytes]:
        """Return the salts that withdrawn accounts are named with, the store's own first."""
        return [self._salt, *self._shelf.former]

    # -- in

    def load_posts(self, posts: Sequence[Held]) -> dict[str, str]:
        """Take posts in as they are; see the contract."""
        read = decoded(posts)
        raws = {post.id: compress(held.raw) for post, held in read if held.raw}
        with translated(), schema.transaction(self._connection):
            made = moved(self._shelf, read, _now_ms())
            Writer(self._connection, self._shelf, 0, raws).apply(made.plan)
        return {}

    def load_tombstones(self, stones: Sequence[Tombstone]) -> None:
        """Take tombstones in with their numbers; what they concern goes."""
        made = Plan(_now_ms(), tombstones={stone.id: stone.at for stone in stones})
        made.numbers = {stone.id: stone.seq for stone in stones}
        with translated(), schema.transaction(self._connection):
            made.removals = self._shelf.stored(made.tombstones)
            made.quoted = list(made.tombstones)
            Writer(self._connection, self._shelf, 0).apply(made)

    def load_accounts(self, accounts: Sequence[GoneAccount], salts: Sequence[bytes]) -> None:
        """Take withdrawn accounts in, and the salts they are named with."""
        told = [(one.source, one.name, one.until, FOR_GOOD if one.at is None else one.at) for one in accounts]
        former = [salt for salt in joined(self.salts(), salts) if salt != self._salt]
        with translated(), schema.transaction(self._connection):
            self._connection.executemany(_GONE, told)
            self._keep(_FORMER, json.dumps([salt.hex() for salt in former]))
        self._shelf.former = former

    def note(self) -> bytes:
        """Return what was last noted of a moving into this store."""
        with translated():
            for (value,) in rows(self._connection, "SELECT value FROM meta WHERE key = ?", (_NOTE,)):
                return str(value).encode()
        return b""

    def keep_note(self, note: bytes) -> None:
        """Keep a note (JSON) with the data."""
        with translated(), schema.transaction(self._connection):
            self._keep(_NOTE, note.decode())

    def _keep(self, key: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _account(source: str, name: str, until: int, at: int) -> GoneAccount:
    return GoneAccount(source, name, until, None if at >= FOR_GOOD else at)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
