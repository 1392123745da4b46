"""Meta document of a store: its identity and the versions it was written by, read and checked at each opening.

A store of another schema or analyser is refused. The document also names the generation of the indices.
"""

from __future__ import annotations

import msgspec

from pipeline.errors import StoreMismatch, StoreUnavailable
from pipeline.query.analyser import ANALYSER_VERSION
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.json_codec import decode
from pipeline.store.elastic.cluster.multi_get import GotDocument
from pipeline.store.elastic.cluster.request_errors import RequestRefused
from pipeline.store.elastic.document_fields import FIELDS_VERSION
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.mappings import INDEX_SCHEMA_VERSION

META_KEY = "meta"


class StoreMeta(msgspec.Struct):
    """Identity and versions of a store, kept with the data."""

    identity: str
    schema: int
    analyser: str
    generation: int = 1
    order: int = 0


def analyser() -> str:
    """Return the version of indexed values: that of the analyser and that of the fields."""
    return f"{ANALYSER_VERSION}+{FIELDS_VERSION}"


def read_meta(client: ElasticClient, names: IndexNames) -> StoreMeta | None:
    """Return the store's meta document, None if there is no store."""
    try:
        found = client.request("GET", path_to(names.state, "_doc", META_KEY), into=GotDocument)
    except RequestRefused as error:
        if error.status == 404:
            return None
        raise
    try:
        return decode(found.source, StoreMeta)
    except msgspec.DecodeError as error:
        raise StoreUnavailable(f"the index {names.state} holds no store of ours: {error}") from error


def check_meta(meta: StoreMeta) -> None:
    """Refuse a store that this program cannot read correctly.

    Raises:
        StoreMismatch: another schema or analyser wrote the store.
    """
    if meta.schema != INDEX_SCHEMA_VERSION or meta.analyser != analyser():
        raise StoreMismatch(
            f"the store was indexed by schema {meta.schema}, analyser {meta.analyser}; this program has "
            f"{INDEX_SCHEMA_VERSION} and {analyser()}: run `murmur migrate`"
        )
