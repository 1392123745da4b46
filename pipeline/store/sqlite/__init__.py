"""The store on SQLite: one file in DATA_DIR, any number of processes. Use `pipeline.store.open_store`."""

from pipeline.store.sqlite.store import SqliteStore, migrate

__all__ = ["SqliteStore", "migrate"]
