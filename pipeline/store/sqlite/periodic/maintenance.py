"""Maintenance of a SQLite store: reach, background of words, expiry of tombstones, wiping the log, giving space back.

Wiping empties the write-ahead log, which may still hold deleted posts. Giving back returns free pages to the file
system. Everything runs in short transactions, so that persisting waits little. What one round leaves undone, the next
one does.
"""

from __future__ import annotations

import time

import apsw

from pipeline.store.plan import HIDDEN_KEPT_MS
from pipeline.store.sqlite.bulk_fetch import fetch_with_originals
from pipeline.store.sqlite.connection import rows, transaction, wait_when_busy
from pipeline.store.sqlite.periodic.repost_reach import SqliteReachUpdater
from pipeline.store.sqlite.periodic.retention import page_usage
from pipeline.store.sqlite.schema import set_meta
from pipeline.store.tombstone_rules import TOMBSTONES_KEPT_MS
from pipeline.store.top_values import BACKGROUND_HOURS, WORDS_VERSION, WordBackground

_SAMPLED_AT_ONCE = 500
_WIPE_WAIT_MS = 200
_BETWEEN_WIPES_S = 20.0
_MIN_SPARE_PAGES = 4_096
_PAGES_GIVEN_BACK = 1_024

_UNSAMPLED = (
    "SELECT place, seq FROM posts WHERE seq > (SELECT value FROM meta WHERE key = 'background_seq') "
    "ORDER BY seq DESC LIMIT ?"
)
_ADD_POSTS = "INSERT INTO background_hours VALUES (?, ?) ON CONFLICT DO UPDATE SET posts = posts + excluded.posts"
_ADD_WORDS = "INSERT INTO background VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET posts = posts + excluded.posts"
_EXPIRED_AT_ONCE = 500
_OLD_ACCOUNTS = "DELETE FROM accounts WHERE hash IN (SELECT hash FROM accounts WHERE until < ? LIMIT ?)"
_OLD_WITHHELD = "DELETE FROM withheld WHERE hash IN (SELECT hash FROM withheld WHERE at < ? LIMIT ?)"
_DELETIONS_AND_WIPED = (
    "SELECT (SELECT value FROM meta WHERE key = 'withdrawals'), (SELECT value FROM meta WHERE key = 'wiped')"
)
_DELETE_VERSIONS = "DELETE FROM deletion_versions WHERE hash NOT IN (SELECT hash FROM tombstones)"


class SqliteMaintenance:
    """Periodic work on one store. Holds words of the last hours until enough posts share them."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._background = WordBackground()
        self._reach = SqliteReachUpdater(connection)
        self._wiped_s = float("-inf")
        self._words_are_current = False

    def run(self, now_ms: int) -> None:
        """Do one round of everything: some hundred milliseconds, or about a second where much reach is stale."""
        self._reach.run()
        self._sample_words()
        self._expire_tombstones(now_ms)
        self._expire_accounts(now_ms)
        self._wipe_log()
        self._give_space_back()

    def _sample_words(self) -> None:
        """Add the words of the newest posts to the stored background."""
        connection = self._connection
        self._drop_outdated_words()
        sampled = list(rows(connection, _UNSAMPLED, (_SAMPLED_AT_ONCE,)))
        if not sampled:
            return
        for body, original in fetch_with_originals(connection, (key for key, _ in sampled)):
            self._background.add(body, original)
        posts, words = self._background.take()
        with transaction(connection):
            connection.executemany(_ADD_POSTS, posts.items())
            connection.executemany(_ADD_WORDS, words)
            set_meta(connection, "background_seq", max(seq for _, seq in sampled))
            oldest = "(SELECT max(hour) FROM background_hours) - ?"
            for table in ("background", "background_hours"):
                connection.execute(f"DELETE FROM {table} WHERE hour < {oldest}", (BACKGROUND_HOURS + 24,))  # noqa: S608

    def _drop_outdated_words(self) -> None:
        """Drop a background that was counted by another rule of words: its words would seem to be new."""
        if self._words_are_current:
            return
        with transaction(self._connection):
            counted_by = list(rows(self._connection, "SELECT value FROM meta WHERE key = 'words'"))
            if counted_by != [(WORDS_VERSION,)]:
                for table in ("background", "background_hours"):
                    self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - one of two names
                self._connection.execute("INSERT OR REPLACE INTO meta VALUES ('words', ?)", (WORDS_VERSION,))
        self._words_are_current = True

    def _expire_tombstones(self, now_ms: int) -> None:
        for table in ("tombstones", "authors_gone"):
            old = f"FROM {table} WHERE at < ?"
            if list(rows(self._connection, f"SELECT 1 {old} LIMIT 1", (now_ms - TOMBSTONES_KEPT_MS,))):
                with transaction(self._connection):
                    self._connection.execute(f"DELETE {old}", (now_ms - TOMBSTONES_KEPT_MS,))
                    self._connection.execute(_DELETE_VERSIONS)

    def _expire_accounts(self, now_ms: int) -> None:
        """Remove what was known of accounts, and hidden posts, beyond the time that they are kept."""
        for sql, before in ((_OLD_ACCOUNTS, now_ms), (_OLD_WITHHELD, now_ms - HIDDEN_KEPT_MS)):
            while True:
                with transaction(self._connection):
                    self._connection.execute(sql, (before, _EXPIRED_AT_ONCE))
                    removed = self._connection.changes()
                    if removed and sql == _OLD_WITHHELD:
                        self._connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'withdrawals'")
                if removed < _EXPIRED_AT_ONCE:
                    break

    def _wipe_log(self) -> None:
        """Empty the write-ahead log if it may still contain a deleted post; while readers hold the log, the next round
        empties it."""
        if time.monotonic() - self._wiped_s < _BETWEEN_WIPES_S:
            return
        connection = self._connection
        ((deletions, wiped),) = rows(connection, _DELETIONS_AND_WIPED)
        if deletions == wiped:
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
                set_meta(connection, "wiped", deletions)
            self._wiped_s = time.monotonic()

    def _give_space_back(self) -> None:
        """Return some free pages to the file system once a third of the file is unused."""
        pages, spare, _ = page_usage(self._connection)
        if spare > _MIN_SPARE_PAGES and spare * 3 > pages:
            list(rows(self._connection, f"PRAGMA incremental_vacuum({_PAGES_GIVEN_BACK})"))
