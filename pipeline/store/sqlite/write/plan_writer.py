"""Writer of the SQLite store: applies a write plan to all tables and the full-text index, in the open transaction.

Gives new posts their sort keys; keeps the sums by minute, the total and the notes of stale reach; also removes posts
for retention. Rows are written by ascending sort key, because FTS5 flushes its buffer whenever a rowid goes back. A
change of counts never touches the index. An entry is removed from the index by its stored old words: a wrong old value
would leave it matching.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import apsw

from pipeline.store import sort_key
from pipeline.store.past.post_past import NO_PAST, encode_past
from pipeline.store.plan import RowUpsert, StoredRow, WritePlan
from pipeline.store.raw_record_compression import compress
from pipeline.store.sqlite import document_columns
from pipeline.store.sqlite.connection import rows
from pipeline.store.sqlite.write.plan_lookups import SqlitePlanLookups
from pipeline.store.tombstone_rules import FOR_GOOD_MS

_INSERT_POST = "INSERT INTO posts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_UPDATE_POST = (
    "UPDATE posts SET version=?, seq=?, changed=?, touched=?, author=?, original=?, followers=?, likes=?, reposts=?, "
    "replies=?, quotes=? WHERE place=?"
)
_INSERT_DOC = "INSERT INTO docs VALUES (?,?,?,?,?,?,?,?)"
_UPDATE_DOC = "UPDATE docs SET body=?, inside=?, words=?, urls=?, bio=?, name=?, facets=? WHERE place=?"
_UPDATE_BODY = "UPDATE docs SET body=?, inside=? WHERE place=?"
_INDEX = "INSERT INTO fts (rowid, words, urls, bio, name, facets) VALUES (?,?,?,?,?,?)"
_UNINDEX = "INSERT INTO fts (fts, rowid, words, urls, bio, name, facets) VALUES ('delete',?,?,?,?,?,?)"
_INDEXED_WORDS = "SELECT place, words, urls, bio, name, facets FROM docs WHERE place = ?"
_ORIGINAL = "SELECT original FROM posts WHERE place = ? AND original IS NOT NULL"
_PUT_PAST = "INSERT OR REPLACE INTO pasts VALUES (?, ?, ?)"
_REMOVE_PAST = "DELETE FROM pasts WHERE hash = (SELECT hash FROM posts WHERE place = ?)"
_INSERT_RAW = "INSERT OR REPLACE INTO raws VALUES (?, ?)"
_ALLOCATION = "SELECT (SELECT value FROM meta WHERE key = 'pruned_place'), (SELECT value FROM meta WHERE key = 'again')"
_ADD_MINUTES = "INSERT INTO minutes VALUES (?, ?) ON CONFLICT DO UPDATE SET posts = posts + excluded.posts"
_BURY = "INSERT INTO tombstones VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)"
_NOTE_VERSION = (
    "INSERT INTO deletion_versions VALUES (?, ?) ON CONFLICT DO UPDATE SET version = max(version, excluded.version)"
)
BURY_ACCOUNT = (
    "INSERT INTO authors_gone VALUES (?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET until = max(until, excluded.until), at = max(at, excluded.at)"
)
"""Statement that stores an account's tombstone (source, hash, until, at)."""

_MS_A_MINUTE = 60_000


class SqliteWriter:
    """Applies one plan. `seq` numbers its tombstones; `raw_records` are the compressed raw records by id of their
    post."""

    def __init__(
        self,
        connection: apsw.Connection,
        lookups: SqlitePlanLookups,
        seq: int,
        raw_records: Mapping[str, bytes] | None = None,
    ) -> None:
        self._connection = connection
        self._lookups = lookups
        self._hashes = lookups.hashes
        self._seq = seq
        self._raw_records = raw_records or {}

    def apply(self, plan: WritePlan) -> None:
        """Write everything in the plan."""
        self._lookups.known_accounts.apply(plan)
        if plan.removals:
            self.remove(sorted(row.sort_key for row in plan.removals.values()))
        if plan.tombstones:
            self._bury(plan)
            quotes = [(key,) for key in self._lookups.quotes(plan.quoted)]
            self._connection.executemany("DELETE FROM raws WHERE place = ?", quotes)
            if plan.removals or quotes:
                self._note_wiping()
        elif plan.settled or plan.removals:
            self._note_wiping()
        versions = [(self._hashes.id_hash(post_id), version) for post_id, version in plan.deletion_versions.items()]
        self._connection.executemany(_NOTE_VERSION, versions)
        if plan.aliases:
            pairs = [(self._hashes.id_hash(edit), post_id) for edit, post_id in plan.aliases.items()]
            self._connection.executemany("INSERT OR REPLACE INTO aliases VALUES (?, ?)", pairs)
        if plan.lifted:
            hashes = [(self._hashes.id_hash(post_id),) for post_id in plan.lifted]
            for table in ("tombstones", "deletion_versions"):
                self._connection.executemany(f"DELETE FROM {table} WHERE hash = ?", hashes)  # noqa: S608 - our own names
        accounts = [
            (*self._lookups.account_key(*author), until, FOR_GOOD_MS if author in plan.forgotten else plan.now_ms)
            for author, until in plan.authors.items()
        ]
        self._connection.executemany(BURY_ACCOUNT, accounts)
        new = [upsert for upsert in plan.upserts if upsert.stored is None]
        old = [(upsert.stored, upsert) for upsert in plan.upserts if upsert.stored is not None]
        if new:
            self._insert(new)
        if old:
            self._update(old)
        self._put_pasts(plan.upserts)

    def _note_wiping(self) -> None:
        """Note that the write-ahead log holds posts that were removed, for maintenance to wipe it."""
        self._connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'withdrawals'")

    def _put_pasts(self, upserts: Sequence[RowUpsert]) -> None:
        """Write the pasts that grew, or came along with a new row."""
        grown = [one for one in upserts if one.past is not (one.stored.past if one.stored is not None else NO_PAST)]
        rows_of_pasts = [(self._hashes.id_hash(one.post.id), one.past.until, encode_past(one.past)) for one in grown]
        self._connection.executemany(_PUT_PAST, [row for row in rows_of_pasts if row[2]])

    def _insert(self, upserts: Sequence[RowUpsert]) -> None:
        posts, docs, raw_records = [], [], []
        for key, upsert in self._with_sort_keys(upserts):
            posts.append(self._post_row(key, upsert))
            docs.append((key, upsert.body, self._inside(upsert), *document_columns.texts(upsert.document)))
            if upsert.raw:
                raw_records.append((key, self._compressed(upsert)))
        connection = self._connection
        connection.executemany(_INSERT_POST, posts)
        connection.executemany(_INSERT_DOC, docs)
        connection.executemany(_INDEX, [(row[0], *row[3:]) for row in docs])
        connection.executemany("INSERT INTO raws VALUES (?, ?)", raw_records)
        id_hash = self._hashes.id_hash
        originals = [id_hash(upsert.post.repost_of) for upsert in upserts if upsert.post.repost_of]
        self._mark_stale(originals + [id_hash(upsert.post.id) for upsert in upserts if upsert.touched])
        self._count_minutes(Counter(row[0] >> sort_key.TIE_BITS for row in docs), 1)

    def _post_row(self, key: int, upsert: RowUpsert) -> tuple[Any, ...]:
        """Return the new row of `posts` at a sort key. A post's first reach is its author's followers."""
        post = upsert.post
        numbers = document_columns.numbers(upsert.document)
        return (
            key,
            self._hashes.id_hash(post.id),
            post.version,
            post.seq,
            post.changed,
            upsert.touched,
            int.from_bytes(sort_key.digest(post.id), "big") % 100,
            self._hashes.author_hash(post.source, post.author.id),
            self._hashes.id_hash(post.repost_of) if post.repost_of else None,
            *numbers,
            numbers[0] if upsert.sort_key < 0 else upsert.reach,
            post.first_seq,
        )

    def _inside(self, upsert: RowUpsert) -> int | None:
        """Return the hash of the post that a repost or quote carries inside."""
        original = upsert.post.repost_of or upsert.post.quote_of
        return self._hashes.id_hash(original) if original else None

    def _with_sort_keys(self, upserts: Sequence[RowUpsert]) -> list[tuple[int, RowUpsert]]:
        """Return new posts with the sort keys they get, lowest first."""
        ((pruned, again),) = rows(self._connection, _ALLOCATION)
        allocator = sort_key.TieAllocator(self._lookups.taken_ends, pruned, again or 0)
        taken = self._lookups.taken(upsert.sort_key for upsert in upserts if upsert.sort_key >= 0)
        found = []
        for upsert in upserts:
            given = upsert.sort_key
            if given < 0:
                key = allocator.next(upsert.post.created_at)
            elif sort_key.may_keep(given) and given >= pruned and given not in taken:
                key = allocator.take(given)
            else:
                key = allocator.next(given >> sort_key.TIE_BITS)
            taken.add(key)
            found.append((key, upsert))
        if allocator.again != (again or 0):
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('again', ?)", (allocator.again,))
        found.sort(key=lambda pair: pair[0])
        return found

    def _update(self, upserts: Sequence[tuple[StoredRow, RowUpsert]]) -> None:
        id_hash = self._hashes.id_hash
        execute = self._connection.execute
        for stored, upsert in upserts:
            ids = (upsert.post.id, upsert.post.repost_of, stored.post.repost_of)
            self._mark_stale(id_hash(post_id) for post_id in ids if post_id)
        for stored, upsert in sorted(upserts, key=lambda pair: pair[0].sort_key):
            post, key = upsert.post, stored.sort_key
            numbers = document_columns.numbers(upsert.document)
            original = id_hash(post.repost_of) if post.repost_of else None
            author = self._hashes.author_hash(post.source, post.author.id)
            row = (post.version, post.seq, post.changed, upsert.touched, author, original, *numbers, key)
            execute(_UPDATE_POST, row)
            if upsert.reindex:
                execute(_UNINDEX, next(iter(execute(_INDEXED_WORDS, (key,)))))
                texts = document_columns.texts(upsert.document)
                execute(_UPDATE_DOC, (upsert.body, self._inside(upsert), *texts, key))
                execute(_INDEX, (key, *texts))
            else:
                execute(_UPDATE_BODY, (upsert.body, self._inside(upsert), key))
            if upsert.forget_raw:
                execute("DELETE FROM raws WHERE place = ?", (key,))
            elif upsert.raw:
                execute(_INSERT_RAW, (key, self._compressed(upsert)))

    def _compressed(self, upsert: RowUpsert) -> bytes:
        """Return a compressed raw record: prepared for posts of the batch, made here for hidden posts that are back."""
        return self._raw_records.get(upsert.post.id) or compress(upsert.raw)

    def remove(self, keys: Sequence[int]) -> None:
        """Remove posts by sort key, ascending: index, documents, raw records and numbers."""
        connection = self._connection
        found: list[Any] = []
        for key in keys:
            found += connection.execute(_INDEXED_WORDS, (key,)).fetchall()
        connection.executemany(_UNINDEX, found)
        self._mark_stale(original for row in found for (original,) in rows(connection, _ORIGINAL, (row[0],)))
        bindings = [(row[0],) for row in found]
        connection.executemany(_REMOVE_PAST, bindings)
        for table in ("docs", "raws", "posts"):
            connection.executemany(f"DELETE FROM {table} WHERE place = ?", bindings)  # noqa: S608 - our own table names
        self._count_minutes(Counter(row[0] >> sort_key.TIE_BITS for row in found), -1)

    def _mark_stale(self, hashes: Iterable[int]) -> None:
        """Note originals whose reach maintenance must compute again."""
        self._connection.executemany("INSERT OR IGNORE INTO stale VALUES (?)", ((one,) for one in set(hashes)))

    def _count_minutes(self, times: Counter[int], sign: int) -> None:
        """Add posts by created_at (ms) to the sums by minute and to the total, or subtract them (`sign` -1)."""
        minutes: Counter[int] = Counter()
        for created_at, count in times.items():
            minutes[created_at // _MS_A_MINUTE] += sign * count
        self._connection.executemany(_ADD_MINUTES, minutes.items())
        if sign < 0:
            emptied = [(minute,) for minute in minutes]
            self._connection.executemany("DELETE FROM minutes WHERE minute = ? AND posts <= 0", emptied)
        self._connection.execute("UPDATE meta SET value = value + ? WHERE key = 'posts'", (minutes.total(),))

    def _bury(self, plan: WritePlan) -> None:
        stones = [
            (self._hashes.id_hash(post_id), post_id, plan.tombstone_seqs.get(post_id, self._seq), at)
            for post_id, at in plan.tombstones.items()
        ]
        self._connection.executemany(_BURY, stones)
