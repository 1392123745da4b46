"""What planning a batch looks up in SQLite, inside the writer's transaction. Reads only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import apsw
import msgspec

from pipeline.post import Post
from pipeline.query.analyser import fold
from pipeline.store.tombstones import gone_name
from pipeline.store.plan import Stored
from pipeline.store.sort_key import TIE_MASK, Ends
from pipeline.store.sqlite import document_columns as columns
from pipeline.store.sqlite.schema import rows

decode_post = msgspec.json.Decoder(Post).decode

_CACHED_KEYS = 2_000
_FACETS_AT_ONCE = 100

STORED = (
    "p.place, d.body, p.touched, d.words, d.urls, d.bio, d.name, d.facets, "
    "p.followers, p.likes, p.reposts, p.replies, p.quotes"
)


def stored_row(row: tuple[Any, ...]) -> Stored:
    """Return the row of `STORED` as planning wants it."""
    post = decode_post(row[1])
    document = columns.document(post.id, post.created_at, row[3:8], row[8:13])
    return Stored(row[0], post, bytes(row[1]), document, bool(row[2]))


class SqliteShelf:
    """Looks things up for one batch. Ids are found by a hash keyed with the store's own salt, so that nobody outside
    can make two ids meet. `former` are the salts of stores whose withdrawn accounts were moved in here."""

    def __init__(self, connection: apsw.Connection, salt: bytes, former: Sequence[bytes] = ()) -> None:
        self._connection = connection
        self._salt = salt
        self.former = former
        self._keys: dict[str, int] = {}

    def key(self, text: str) -> int:
        """Return the 64-bit key of an id."""
        known = self._keys.get(text)
        if known is None:
            if len(self._keys) > _CACHED_KEYS:
                self._keys.clear()
            made = hashlib.blake2b(text.encode(), digest_size=8, key=self._salt).digest()
            known = self._keys[text] = int.from_bytes(made, "big", signed=True)
        return known

    def author_key(self, source: str, author_id: str) -> int:
        """Return the 64-bit key of an account."""
        return self.key(f"{source}\n{author_id}")

    def _by_key(self, sql: str, ids: Iterable[str]) -> Iterator[tuple[str, tuple[Any, ...]]]:
        keys = {self.key(post_id): post_id for post_id in ids}
        for row in rows(self._connection, sql, (json.dumps(list(keys)),)):
            yield keys[row[0]], row[1:]

    def tombstones(self, ids: Iterable[str]) -> dict[str, int]:
        """Return when (ms) those of the ids that have a tombstone were withdrawn here."""
        sql = "SELECT t.hash, t.at FROM json_each(?) AS k CROSS JOIN tombstones AS t ON t.hash = k.value"
        return {post_id: row[0] for post_id, row in self._by_key(sql, ids)}

    def withdrawn_authors(self, authors: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return until when (ms) posts of those (source, author id) are withdrawn."""
        if not self._connection.execute("SELECT 1 FROM authors_gone LIMIT 1").fetchall():
            return {}
        sql = "SELECT until FROM authors_gone WHERE source IN (?, '') AND author = ?"
        found: dict[tuple[str, str], int] = {}
        for author in authors:
            for salt in (self._salt, *self.former):
                for (until,) in rows(self._connection, sql, (author[0], gone_name(*author, salt))):
                    found[author] = max(until, found.get(author, until))
        return found

    def gone_author(self, source: str, author_id: str) -> tuple[str, str]:
        """Return how a withdrawn account is named in its table: by network and salted hash, which tell nobody who."""
        return source, gone_name(source, author_id, self._salt)

    def stored(self, ids: Iterable[str]) -> dict[str, Stored]:
        """Return the rows of those ids that are stored."""
        sql = (
            f"SELECT k.value, {STORED} FROM json_each(?) AS k "  # noqa: S608 - our own column names
            "CROSS JOIN posts AS p ON p.hash = k.value CROSS JOIN docs AS d ON d.place = p.place"
        )
        return {post_id: stored_row(row) for post_id, row in self._by_key(sql, ids)}

    def reposts(self, ids: Iterable[str], each: int, together: int) -> dict[str, list[Stored]]:
        """Return stored reposts by the id of their original, newest first; see `plan.Shelf`."""
        some = "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM posts WHERE original = value)"
        newest = "SELECT place FROM posts WHERE original = ? ORDER BY place DESC LIMIT ?"
        found: dict[str, list[Stored]] = {}
        for post_id, _ in list(self._by_key(some, ids)):
            wanted = min(each, together)
            places = [at for (at,) in rows(self._connection, newest, (self.key(post_id), wanted))]
            if places:
                found[post_id] = [self._row(at) for at in places]
            together -= len(places)
        return found

    def _row(self, at: int) -> Stored:
        sql = f"SELECT {STORED} FROM posts AS p JOIN docs AS d ON d.place = p.place WHERE p.place = ?"  # noqa: S608
        return stored_row(next(iter(rows(self._connection, sql, (at,)))))

    def by_author(self, source: str, author_id: str, until: int, limit: int) -> list[Stored]:
        """Return stored posts of an account with a version up to `until` (ms): found by facet, then checked."""
        token = columns.facet_token("from:" + fold(author_id)).replace('"', '""')
        sql = (
            "SELECT f.rowid FROM fts AS f CROSS JOIN posts AS p ON p.place = f.rowid "
            "WHERE fts MATCH ? AND p.author = ? AND p.version <= ? LIMIT ?"
        )
        match, key = f'facets : "{token}"', self.author_key(source, author_id)
        return [self._row(at) for (at,) in list(rows(self._connection, sql, (match, key, until, limit)))]

    def quotes(self, ids: Sequence[str]) -> list[int]:
        """Return the places of the stored quotes of posts."""
        found: list[int] = []
        for start in range(0, len(ids), _FACETS_AT_ONCE):
            facets = ("quote_of:" + fold(post_id) for post_id in ids[start : start + _FACETS_AT_ONCE])
            tokens = " OR ".join('"' + columns.facet_token(facet).replace('"', '""') + '"' for facet in facets)
            match = f"facets : ({tokens})"
            found += [at for (at,) in rows(self._connection, "SELECT rowid FROM fts WHERE fts MATCH ?", (match,))]
        return found

    def taken(self, places: Iterable[int]) -> set[int]:
        """Return which of these places are taken."""
        wanted = list(places)
        if not wanted:
            return set()
        sql = "SELECT p.place FROM json_each(?) AS k CROSS JOIN posts AS p ON p.place = k.value"
        return {at for (at,) in rows(self._connection, sql, (json.dumps(wanted),))}

    def ends(self, low: int) -> Ends:
        """Return the lowest and the highest place taken in the millisecond that begins at a place."""
        # Each is one step into the tree of rows, however many stand between them; min() and max() at once are a walk.
        span = (low, low | TIE_MASK)
        for (highest,) in rows(self._connection, _HIGHEST, span):
            for (lowest,) in rows(self._connection, _LOWEST, span):
                return lowest, highest
        return None


_HIGHEST = "SELECT place FROM posts WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1"
_LOWEST = "SELECT place FROM posts WHERE place BETWEEN ? AND ? ORDER BY place LIMIT 1"
