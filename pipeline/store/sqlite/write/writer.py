"""Applying a plan to the tables: every row of a batch, the index included, in the transaction that is open.

Rows go in by ascending place: FTS5 flushes its buffer whenever a rowid goes back. A change of counts never touches the
index, and what is taken out of it is named by its stored old words, for a wrong old value would leave them matching.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import apsw

from pipeline.store import sort_key as places
from pipeline.store.plan import Plan, Put, Stored
from pipeline.store.sqlite import document_columns as columns
from pipeline.store.sqlite import schema
from pipeline.store.sqlite.write.lookups import SqliteShelf

_INSERT_POST = "INSERT INTO posts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_UPDATE_POST = (
    "UPDATE posts SET version=?, seq=?, changed=?, touched=?, author=?, original=?, followers=?, likes=?, reposts=?, "
    "replies=?, quotes=? WHERE place=?"
)
_INSERT_DOC = "INSERT INTO docs VALUES (?,?,?,?,?,?,?,?)"
_UPDATE_DOC = "UPDATE docs SET body=?, inside=?, words=?, urls=?, bio=?, name=?, facets=? WHERE place=?"
_UPDATE_BODY = "UPDATE docs SET body=?, inside=? WHERE place=?"
_INDEX = "INSERT INTO fts (rowid, words, urls, bio, name, facets) VALUES (?,?,?,?,?,?)"
_UNINDEX = "INSERT INTO fts (fts, rowid, words, urls, bio, name, facets) VALUES ('delete',?,?,?,?,?,?)"
_OLD = "SELECT place, words, urls, bio, name, facets FROM docs WHERE place = ?"
_AUTHOR_GONE = (
    "INSERT INTO authors_gone VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET until = max(until, excluded.until), at = max(at, excluded.at)"
)
_MS_A_MINUTE = 60_000
FOR_GOOD = 2**53
"""When an account was withdrawn whose tombstone is never forgotten."""


class Writer:
    """Writes one plan. `seq` numbers its tombstones; `raws` are the raw records, packed, by the ids of their posts."""

    def __init__(
        self, connection: apsw.Connection, shelf: SqliteShelf, seq: int, raws: Mapping[str, bytes] | None = None
    ) -> None:
        self._connection = connection
        self._shelf = shelf
        self._seq = seq
        self._raws = raws or {}

    def apply(self, plan: Plan) -> None:
        """Write everything the plan says."""
        if plan.removals:
            self.remove(sorted(row.place for row in plan.removals.values()))
        if plan.tombstones:
            self._bury(plan)
            quotes = [(at,) for at in self._shelf.quotes(plan.quoted)]
            self._connection.executemany("DELETE FROM raws WHERE place = ?", quotes)
            if plan.removals or quotes:
                self._connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'withdrawals'")
        gone = [
            (*self._shelf.gone_author(*author), until, FOR_GOOD if author in plan.forgotten else plan.now_ms)
            for author, until in plan.authors.items()
        ]
        self._connection.executemany(_AUTHOR_GONE, gone)
        new = [put for put in plan.puts if put.stored is None]
        old = [(put.stored, put) for put in plan.puts if put.stored is not None]
        if new:
            self._insert(new)
        if old:
            self._update(old)

    def _insert(self, puts: Sequence[Put]) -> None:
        key, author_key = self._shelf.key, self._shelf.author_key
        posts, docs, raws = [], [], []
        originals = [key(put.post.repost_of) for put in puts if put.post.repost_of]
        for at, put in self._placed(puts):
            post, document = put.post, put.document
            known = columns.numbers(document)
            posts.append(
                (
                    at,
                    key(post.id),
                    post.version,
                    post.seq,
                    post.changed,
                    put.touched,
                    int.from_bytes(places.digest(post.id), "big") % 100,
                    author_key(post.source, post.author.id),
                    key(post.repost_of) if post.repost_of else None,
                    *known,
                    known[0] if put.place < 0 else put.reach,
                )
            )
            inside = post.repost_of or post.quote_of
            docs.append((at, put.body, key(inside) if inside else None, *columns.texts(document)))
            if put.raw:
                raws.append((at, self._raws[post.id]))
        connection = self._connection
        connection.executemany(_INSERT_POST, posts)
        connection.executemany(_INSERT_DOC, docs)
        connection.executemany(_INDEX, [(row[0], *row[3:]) for row in docs])
        connection.executemany("INSERT INTO raws VALUES (?, ?)", raws)
        self._stale(originals + [key(put.post.id) for put in puts if put.touched])
        self._count(Counter(row[0] >> places.TIE_BITS for row in docs), 1)

    def _placed(self, puts: Sequence[Put]) -> list[tuple[int, Put]]:
        """Return the posts with their places, lowest first."""
        told = (
            "SELECT (SELECT value FROM meta WHERE key = 'pruned_place'), (SELECT value FROM meta WHERE key = 'again')"
        )
        ((pruned, again),) = schema.rows(self._connection, told)
        ties = places.Ties(self._shelf.ends, pruned, again or 0)
        taken = self._shelf.taken(put.place for put in puts if put.place >= 0)
        rows = []
        for put in puts:
            if put.place < 0:
                at = ties.next(put.post.created_at)
            elif places.may_keep(put.place) and put.place >= pruned and put.place not in taken:
                at = ties.take(put.place)
            else:
                at = ties.next(put.place >> places.TIE_BITS)
            taken.add(at)
            rows.append((at, put))
        if ties.again != (again or 0):
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('again', ?)", (ties.again,))
        rows.sort(key=lambda row: row[0])
        return rows

    def _update(self, puts: Sequence[tuple[Stored, Put]]) -> None:
        key = self._shelf.key
        execute = self._connection.execute
        for stored, put in puts:
            self._stale(key(one) for one in (put.post.id, put.post.repost_of, stored.post.repost_of) if one)
        for stored, put in sorted(puts, key=lambda pair: pair[0].place):
            post, at = put.post, stored.place
            known = columns.numbers(put.document)
            original = key(post.repost_of) if post.repost_of else None
            author = self._shelf.author_key(post.source, post.author.id)
            execute(_UPDATE_POST, (post.version, post.seq, post.changed, put.touched, author, original, *known, at))
            inside = post.repost_of or post.quote_of
            if put.reindex:
                execute(_UNINDEX, next(iter(execute(_OLD, (at,)))))
                texts = columns.texts(put.document)
                execute(_UPDATE_DOC, (put.body, key(inside) if inside else None, *texts, at))
                execute(_INDEX, (at, *texts))
            else:
                execute(_UPDATE_BODY, (put.body, key(inside) if inside else None, at))
            if put.raw:
                execute("INSERT OR REPLACE INTO raws VALUES (?, ?)", (at, self._raws[post.id]))

    def remove(self, found: Sequence[int]) -> None:
        """Remove rows by place, ascending: index, documents, raw records and numbers."""
        connection = self._connection
        rows: list[Any] = []
        for at in found:
            rows += connection.execute(_OLD, (at,)).fetchall()
        connection.executemany(_UNINDEX, rows)
        originals = "SELECT original FROM posts WHERE place = ? AND original IS NOT NULL"
        self._stale(original for row in rows for (original,) in schema.rows(connection, originals, (row[0],)))
        keys = [(row[0],) for row in rows]
        for table in ("docs", "raws", "posts"):
            connection.executemany(f"DELETE FROM {table} WHERE place = ?", keys)  # noqa: S608 - our own table names
        self._count(Counter(row[0] >> places.TIE_BITS for row in rows), -1)

    def _stale(self, keys: Iterable[int]) -> None:
        """Say that the reach of these originals must be reckoned again (upkeep)."""
        self._connection.executemany("INSERT OR IGNORE INTO stale VALUES (?)", ((key,) for key in set(keys)))

    def _count(self, times: Counter[int], sign: int) -> None:
        minutes: Counter[int] = Counter()
        for created_at, count in times.items():
            minutes[created_at // _MS_A_MINUTE] += sign * count
        self._connection.executemany(
            "INSERT INTO minutes VALUES (?, ?) ON CONFLICT DO UPDATE SET posts = posts + excluded.posts",
            minutes.items(),
        )
        if sign < 0:
            self._connection.executemany(
                "DELETE FROM minutes WHERE minute = ? AND posts <= 0", [(key,) for key in minutes]
            )
        self._connection.execute("UPDATE meta SET value = value + ? WHERE key = 'posts'", (minutes.total(),))

    def _bury(self, plan: Plan) -> None:
        self._connection.executemany(
            "INSERT INTO tombstones VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)",
            [
                (self._shelf.key(post_id), post_id, plan.numbers.get(post_id, self._seq), at)
                for post_id, at in plan.tombstones.items()
            ],
        )
