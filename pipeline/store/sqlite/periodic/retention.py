"""Retention in SQLite: removes the oldest posts by age or by the size of the file, for about two seconds a call.

Works in short transactions, and notes the highest sort key removed, so that it is not given again soon. Where much goes
by size, the full-text index is merged in between, because only that frees its entries. Also measures the pages and
bytes in use.
"""

from __future__ import annotations

import time

import apsw

from pipeline.store import sort_key
from pipeline.store.sqlite.connection import rows, transaction
from pipeline.store.sqlite.write.plan_lookups import SqlitePlanLookups
from pipeline.store.sqlite.write.plan_writer import SqliteWriter

_PRUNED_AT_ONCE = 250
_PRUNING_S = 2.0
_MERGED_PAGES_AT_ONCE = 500
_MERGED_FROM_SHARE = 0.05
"""Share of a store from which on pruning by size merges the index. Without that, halving the bytes removed 94 % of the
posts."""

_OLDEST = "SELECT place FROM posts WHERE place < ? ORDER BY place LIMIT ?"
_REMOVE_WITHHELD = (
    "DELETE FROM withheld WHERE hash IN (SELECT hash FROM withheld WHERE created_at < ? ORDER BY created_at LIMIT ?)"
)
_NOTE_PRUNED = "UPDATE meta SET value = max(value, ?) WHERE key = 'pruned_place'"


def prune(
    connection: apsw.Connection, lookups: SqlitePlanLookups, *, before_ms: int | None, max_bytes: int | None
) -> int:
    """Remove the oldest posts for at most `_PRUNING_S` seconds; return how many.

    These posts are old, not deleted, so the index may forget them at its next merges. Until then their entries count as
    used bytes. Where a large share is removed at once, the index is therefore merged before more posts are removed than
    necessary.
    """
    end = time.monotonic() + _PRUNING_S
    removed = 0
    removed += _remove_withheld(connection, before_ms, end) if before_ms is not None else 0
    if before_ms is not None:
        removed += _remove_oldest(connection, lookups, sort_key.floor(before_ms), sort_key.MAX_SORT_KEY, end)
    while max_bytes is not None and time.monotonic() < end and (used := used_bytes(connection)) > max_bytes:
        hidden = _remove_withheld(connection, None, end, most=_PRUNED_AT_ONCE)
        if hidden:
            removed += hidden
            continue
        ((posts,),) = rows(connection, "SELECT value FROM meta WHERE key = 'posts'")
        share = 1 - max_bytes / used
        merging = share >= _MERGED_FROM_SHARE
        until = (time.monotonic() + end) / 2 if merging else end
        most = max(_PRUNED_AT_ONCE, int(posts * share))
        removed_now = _remove_oldest(connection, lookups, sort_key.MAX_SORT_KEY, most, until)
        removed += removed_now
        if not removed_now:
            break
        if merging:
            _merge_index(connection, end)
    return removed


def _remove_withheld(
    connection: apsw.Connection, before_ms: int | None, end: float, *, most: int = sort_key.MAX_SORT_KEY
) -> int:
    """Remove hidden posts written before a time (None: any), oldest first; return how many."""
    removed = 0
    while removed < most and time.monotonic() < end:
        wanted = min(_PRUNED_AT_ONCE, most - removed)
        with transaction(connection):
            connection.execute(_REMOVE_WITHHELD, (sort_key.MAX_SORT_KEY if before_ms is None else before_ms, wanted))
            done = connection.changes()
        removed += done
        if done < wanted:
            break
    return removed


def used_bytes(connection: apsw.Connection) -> int:
    """Return the bytes of the file that are in use; free pages are filled again before the file grows."""
    pages, spare, page_bytes = page_usage(connection)
    return (pages - spare) * page_bytes


def page_usage(connection: apsw.Connection) -> tuple[int, int, int]:
    """Return the number of pages, the number of free ones, and the bytes of a page."""
    names = ("page_count", "freelist_count", "page_size")
    pages, spare, page_bytes = (next(rows(connection, f"PRAGMA {name}"))[0] for name in names)
    return pages, spare, page_bytes


def _remove_oldest(connection: apsw.Connection, lookups: SqlitePlanLookups, below: int, most: int, end: float) -> int:
    """Remove at most `most` posts below a sort key until the time `end`; return how many."""
    removed = 0
    while removed < most and time.monotonic() < end:
        wanted = min(_PRUNED_AT_ONCE, most - removed)
        with transaction(connection):
            oldest = [key for (key,) in rows(connection, _OLDEST, (below, wanted))]
            if oldest:
                connection.execute("INSERT INTO fts (fts, rank) VALUES ('secure-delete', 0)")
                SqliteWriter(connection, lookups, 0).remove(oldest)
                connection.execute("INSERT INTO fts (fts, rank) VALUES ('secure-delete', 1)")
                connection.execute(_NOTE_PRUNED, (oldest[-1] + 1,))
        removed += len(oldest)
        if len(oldest) < wanted:
            break
    return removed


def _merge_index(connection: apsw.Connection, end: float) -> None:
    """Merge the index into one part, some pages a transaction, until the time `end`: only that frees forgotten
    entries."""
    pages = -_MERGED_PAGES_AT_ONCE
    while time.monotonic() < end:
        before = connection.total_changes()
        with transaction(connection):
            connection.execute("INSERT INTO fts (fts, rank) VALUES ('merge', ?)", (pages,))
        if connection.total_changes() - before < 2:
            return  # SQLite's own sign that nothing is left to merge
        pages = _MERGED_PAGES_AT_ONCE
