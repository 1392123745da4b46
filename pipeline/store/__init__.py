"""Stores: where posts lie and how they are found again. `contract.py` is what each of them keeps.

`open_store` chooses: SQLite in DATA_DIR, which needs nothing and takes any number of processes on one machine. The
modules beside `sqlite/` hold what no store may decide for itself: merging, places in time, what tops look at.
"""

from __future__ import annotations

from pipeline.errors import SettingsError
from pipeline.settings import Settings
from pipeline.store.contract import Store
from pipeline.store.sqlite import SqliteStore
from pipeline.store.sqlite import migrate as migrate_sqlite


def open_store(settings: Settings, *, create: bool = True) -> Store:
    """Return the store that the settings name.

    Raises:
        SettingsError: ELASTICSEARCH_URL is set.
        StoreMismatch: another version wrote it; `migrate` first.
        StoreUnavailable: it cannot be opened, or is not there and `create` is False.
    """
    _only_sqlite(settings)
    return SqliteStore(settings.data_dir, retention_days=settings.retention_days, create=create)


def migrate(settings: Settings) -> None:
    """Make the store, or bring one that another version wrote up to this one, indexing its posts again.

    Raises:
        SettingsError: ELASTICSEARCH_URL is set.
        StoreUnavailable: it cannot be opened.
    """
    _only_sqlite(settings)
    migrate_sqlite(settings.data_dir)


def _only_sqlite(settings: Settings) -> None:
    if settings.elasticsearch_url:
        raise SettingsError(["ELASTICSEARCH_URL: Elasticsearch store: not in this version"])
