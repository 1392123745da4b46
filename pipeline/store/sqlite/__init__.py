"""SQLite store: one file in DATA_DIR, used by any number of processes. Open it with `pipeline.store.open_store`.

`migrate` creates it, or indexes it again after another analyser did.
"""

from pipeline.store.sqlite.migrate import migrate
from pipeline.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore", "migrate"]
