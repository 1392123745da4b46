"""The periodic work on a SQLite store: reach, the background of words, old tombstones, wiping, pruning.

Everything comes in short transactions, so that persisting waits little; what is not done now is done next time.
"""

from __future__ import annotations

import time

import apsw

from pipeline.store import sort_key as place
from pipeline.store.sqlite.bulk_fetch import pairs
from pipeline.store.sqlite.write.lookups import SqliteShelf
from pipeline.store.sqlite.schema import rows, set_meta, transaction, wait_when_busy
from pipeline.store.sqlite.write.writer import Writer
from pipeline.store.tops import BACKGROUND_HOURS, Background

TOMBSTONES_KEPT_MS = 8 * 86_400_000
PRUNED_AT_ONCE = 250
PRUNING_S = 2.0
_RECKONED_AT_ONCE = 20
_RECKONING_S = 1.0
"""So long a round reckons reach: an original that 200,000 reposted takes 0.3 s, and is stale at each new one."""

_SAMPLED_AT_ONCE = 500
_WIPE_WAIT_MS = 200
_BETWEEN_WIPES_S = 20.0
_SPARE_PAGES = 4_096
_GIVEN_BACK_AT_ONCE = 1_024
_MERGED_AT_ONCE = 500
_MUCH = 0.05
"""From this share of a store on, pruning by size merges the index: without, half the bytes took 94 % of the posts."""

_LOWEST = -(1 << 63)
_PRUNED = "UPDATE meta SET value = max(value, ?) WHERE key = 'pruned_place'"
_ADD_POSTS = "INSERT INTO background_hours VALUES (?, ?) ON CONFLICT DO UPDATE SET posts = posts + excluded.posts"
_ADD_WORDS = "INSERT INTO background VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET posts = posts + excluded.posts"
_REACH = """
UPDATE posts SET reach = coalesce(followers + seen.reach, followers, seen.reach) FROM (
  SELECT sum(most) AS reach FROM (
    SELECT max(r.followers) AS most FROM posts AS r JOIN posts AS o ON o.hash = r.original
    WHERE r.original = ?1 AND r.author <> o.author GROUP BY r.author)) AS seen
WHERE hash = ?1
"""


class Upkeep:
    """Keeps one store in order. It holds words of the last hours until enough posts share them."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._background = Background()
        self._wiped_s = float("-inf")
        self._reckoned = _LOWEST

    def run(self, now_ms: int) -> None:
        """Do a round of everything; at most some hundred milliseconds."""
        self._reach()
        self._words()
        self._forget(now_ms)
        self._wipe()
        self._shrink()

    def _reach(self) -> None:
        """Go on with what is stale where the last round ended, so that none waits behind those that always are."""
        connection = self._connection
        some = "SELECT hash FROM stale WHERE hash > ? ORDER BY hash LIMIT ?"
        end = time.monotonic() + _RECKONING_S
        left = next(rows(connection, "SELECT count(*) FROM stale"))[0]
        while left > 0:
            with transaction(connection):
                stale = list(rows(connection, some, (self._reckoned, min(left, _RECKONED_AT_ONCE))))
                for (key,) in stale:
                    connection.execute(_REACH, (key,))
                    connection.execute("DELETE FROM stale WHERE hash = ?", (key,))
                    self._reckoned, left = key, left - 1
                    if time.monotonic() > end:
                        return
            if not stale:
                if self._reckoned == _LOWEST:
                    return
                self._reckoned = _LOWEST

    def _words(self) -> None:
        connection = self._connection
        sql = "SELECT place, seq FROM posts WHERE seq > (SELECT value FROM meta WHERE key = 'background_seq') "
        sampled = list(rows(connection, f"{sql} ORDER BY seq DESC LIMIT ?", (_SAMPLED_AT_ONCE,)))
        if not sampled:
            return
        for body, original in pairs(connection, (at for at, _ in sampled)):
            self._background.add(body, original)
        posts, words = self._background.take()
        with transaction(connection):
            connection.executemany(_ADD_POSTS, posts.items())
            connection.executemany(_ADD_WORDS, words)
            set_meta(connection, "background_seq", max(seq for _, seq in sampled))
            oldest = "(SELECT max(hour) FROM background_hours) - ?"
            for table in ("background", "background_hours"):
                connection.execute(f"DELETE FROM {table} WHERE hour < {oldest}", (BACKGROUND_HOURS + 24,))  # noqa: S608

    def _forget(self, now_ms: int) -> None:
        for table in ("tombstones", "authors_gone"):
            old = f"FROM {table} WHERE at < ?"
            if list(rows(self._connection, f"SELECT 1 {old} LIMIT 1", (now_ms - TOMBSTONES_KEPT_MS,))):
                with transaction(self._connection):
                    self._connection.execute(f"DELETE {old}", (now_ms - TOMBSTONES_KEPT_MS,))

    def _wipe(self) -> None:
        """Empty the write-ahead log where a withdrawn post may still stand in it; readers in the way: next time."""
        if time.monotonic() - self._wiped_s < _BETWEEN_WIPES_S:
            return
        connection = self._connection
        told = "SELECT (SELECT value FROM meta WHERE key = 'withdrawals'), (SELECT value FROM meta WHERE key = 'wiped')"
        ((withdrawals, wiped),) = rows(connection, told)
        if withdrawals == wiped:
            return
        wait_when_busy(connection, _WIPE_WAIT_MS)
        try:
            ((busy, _, _),) = rows(connection, "PRAGMA wal_checkpoint(TRUNCATE)")
        except apsw.BusyError:
            busy = 1
        finally:
            wait_when_busy(connection)
        if not busy:
            with transaction(connection):
                set_meta(connection, "wiped", withdrawals)
            self._wiped_s = time.monotonic()

    def _shrink(self) -> None:
        """Give space back, a little a round, once a third of the file is unused."""
        pages, spare, _ = _pages(self._connection)
        if spare > _SPARE_PAGES and spare * 3 > pages:
            list(rows(self._connection, f"PRAGMA incremental_vacuum({_GIVEN_BACK_AT_ONCE})"))


def _pages(connection: apsw.Connection) -> tuple[int, int, int]:
    names = ("page_count", "freelist_count", "page_size")
    pages, spare, size_bytes = (next(rows(connection, f"PRAGMA {name}"))[0] for name in names)
    return pages, spare, size_bytes


def used_bytes(connection: apsw.Connection) -> int:
    """Return how much of the file is in use; freed pages are filled again before it grows."""
    pages, spare, size_bytes = _pages(connection)
    return (pages - spare) * size_bytes


def prune(connection: apsw.Connection, shelf: SqliteShelf, *, before_ms: int | None, max_bytes: int | None) -> int:
    """Remove the oldest posts, `PRUNED_AT_ONCE` a transaction, for at most `PRUNING_S`; return how many.

    They are not withdrawn, only old, so the index may forget them its quick way (by its next merges). What it still
    holds of them counts as used: where much goes at once it is merged before more is removed than need be.
    """
    end = time.monotonic() + PRUNING_S
    removed = 0
    if before_ms is not None:
        removed += _remove_oldest(connection, shelf, place.floor(before_ms), place.MAX_PLACE, end)
    while max_bytes is not None and time.monotonic() < end and (used := used_bytes(connection)) > max_bytes:
        ((posts,),) = rows(connection, "SELECT value FROM meta WHERE key = 'posts'")
        share = 1 - max_bytes / used
        much = share >= _MUCH
        until = (time.monotonic() + end) / 2 if much else end
        gone = _remove_oldest(connection, shelf, place.MAX_PLACE, max(PRUNED_AT_ONCE, int(posts * share)), until)
        removed += gone
        if not gone:
            break
        if much:
            _merge(connection, end)
    return removed


def _remove_oldest(connection: apsw.Connection, shelf: SqliteShelf, below: int, most: int, end: float) -> int:
    """Remove at most so many posts that stand below a place, until a time; return how many."""
    removed = 0
    while removed < most and time.monotonic() < end:
        wanted = min(PRUNED_AT_ONCE, most - removed)
        with transaction(connection):
            sql = "SELECT place FROM posts WHERE place < ? ORDER BY place LIMIT ?"
            oldest = [at for (at,) in rows(connection, sql, (below, wanted))]
            if oldest:
                connection.execute("INSERT INTO fts (fts, rank) VALUES ('secure-delete', 0)")
                Writer(connection, shelf, 0).remove(oldest)
                connection.execute("INSERT INTO fts (fts, rank) VALUES ('secure-delete', 1)")
                connection.execute(_PRUNED, (oldest[-1] + 1,))
        removed += len(oldest)
        if len(oldest) < wanted:
            break
    return removed


def _merge(connection: apsw.Connection, end: float) -> None:
    """Merge the index into one part, some pages a transaction, until a time: only that frees what was forgotten."""
    pages = -_MERGED_AT_ONCE
    while time.monotonic() < end:
        before = connection.total_changes()
        with transaction(connection):
            connection.execute("INSERT INTO fts (fts, rank) VALUES ('merge', ?)", (pages,))
        if connection.total_changes() - before < 2:
            return  # SQLite's own sign that nothing is left to merge
        pages = _MERGED_AT_ONCE
