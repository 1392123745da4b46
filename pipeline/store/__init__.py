"""Stores: databases of posts, in SQLite, Elasticsearch or memory, behind one contract (`contract/`).

`open_store` opens the one that the settings name: Elasticsearch at ELASTICSEARCH_URL, or else SQLite in DATA_DIR, which
needs no server and takes any number of processes on one machine. `migrate` creates it, or indexes the posts of another
version again. The modules beside `sqlite/`, `elastic/` and `memory/` hold the rules that no store decides for itself:
the plan of a batch, merging, sort keys, top lists.
"""

from __future__ import annotations

from pipeline.settings import Settings
from pipeline.store.contract import Store
from pipeline.store.sqlite import SqliteStore
from pipeline.store.sqlite import migrate as migrate_sqlite


def open_store(settings: Settings, *, create: bool = True) -> Store:
    """Return the store that the settings name.

    Raises:
        SettingsError: ELASTICSEARCH_CA_FILE is no certificate file.
        StoreMismatch: another version wrote the store; `migrate` first.
        StoreUnavailable: the store cannot be opened, or does not exist and `create` is False.
    """
    if settings.elasticsearch_url:
        from pipeline.store.elastic import ElasticStore  # its client takes time to import, and few need it

        return ElasticStore(settings, create=create)
    return SqliteStore(settings.data_dir, retention_days=settings.retention_days, create=create)


def migrate(settings: Settings) -> None:
    """Create the store, or upgrade one that another version wrote by indexing its posts again.

    Raises:
        StoreUnavailable: the store cannot be opened.
    """
    if settings.elasticsearch_url:
        from pipeline.store.elastic import migrate as migrate_elastic

        migrate_elastic(settings)
    else:
        migrate_sqlite(settings.data_dir)
