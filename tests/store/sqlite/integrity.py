"""Integrity check of a SQLite store for tests."""

from __future__ import annotations

from pipeline.store.sqlite import SqliteStore
from pipeline.store.sqlite.connection import rows


def assert_whole(store: SqliteStore) -> None:
    """Assert that the index holds exactly the words of the documents; SQLite raises where it does not."""
    store._connection.execute("INSERT INTO fts (fts, rank) VALUES ('integrity-check', 1)")
    assert list(rows(store._connection, "PRAGMA integrity_check")) == [("ok",)]
