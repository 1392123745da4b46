"""Stores: where posts lie and how they are found again. `contract.py` is what each of them keeps.

`open_store` chooses: Elasticsearch at ELASTICSEARCH_URL, or SQLite in DATA_DIR, which needs nothing and takes any
number of processes on one machine. The modules beside `sqlite/` and `elastic/` hold what no store may decide for
itself: merging, places in time, what tops look at.
"""

from __future__ import annotations

from pipeline.settings import Settings
from pipeline.store.contract import Store
from pipeline.store.sqlite import SqliteStore
from pipeline.store.sqlite import migrate as migrate_sqlite


def open_store(settings: Settings, *, create: bool = True) -> Store:
    """Return the store that the settings name.

    Raises:
        SettingsError: ELASTICSEARCH_CA_FILE is none.
        StoreMismatch: another version wrote it; `migrate` first.
        StoreUnavailable: it cannot be opened, or is not there and `create` is False.
    """
    if settings.elasticsearch_url:
        from pipeline.store.elastic import ElasticStore  # its client takes time to import, and few need it

        return ElasticStore(settings, create=create)
    return SqliteStore(settings.data_dir, retention_days=settings.retention_days, create=create)


def migrate(settings: Settings) -> None:
    """Make the store, or bring one that another version wrote up to this one, indexing its posts again.

    Raises:
        StoreUnavailable: it cannot be opened.
    """
    if settings.elasticsearch_url:
        from pipeline.store.elastic import migrate as migrate_elastic

        migrate_elastic(settings)
    else:
        migrate_sqlite(settings.data_dir)
