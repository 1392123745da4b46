"""The store on SQLite: one file in DATA_DIR, any number of processes. Use `pipeline.store.open_store`."""

from pipeline.store.sqlite.lifecycle.migrate import migrate
from pipeline.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore", "migrate"]
