"""Index layout: creates the store (templates, indices, meta document), later indices as needed, and missing fields.

Posts are stored in one index a month (older ones: a year) under one alias, raw records in separate indices, out of the
way of reads. The index `state` holds everything else (`state_documents`). Touches no post.
"""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from pipeline.clock import now_ms
from pipeline.settings import Settings
from pipeline.store.elastic.account_documents import ACCOUNTS_MAPPING
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.request_errors import RequestRefused
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.mappings import (
    ADDED_FIELDS,
    INDEX_SCHEMA_VERSION,
    ORDER,
    POSTS_MAPPING,
    RAWS_MAPPING,
    STATE_MAPPING,
)
from pipeline.store.elastic.periods import period_of
from pipeline.store.elastic.store_meta import META_KEY, StoreMeta, analyser


class IndexLayout:
    """Creates templates and indices of the generation of `names` that are missing."""

    def __init__(self, client: ElasticClient, names: IndexNames, settings: Settings) -> None:
        self._client = client
        self.names = names
        self._shards = settings.elasticsearch_shards
        self._replicas = settings.elasticsearch_replicas
        self._known: set[str] = set()

    def _settings(self, shards: int, **more: Any) -> dict[str, Any]:
        settings: dict[str, Any] = {"number_of_shards": shards, "refresh_interval": "10s", **more}
        if self._replicas >= 0:
            settings["number_of_replicas"] = self._replicas
        return {"index": settings}

    def put_templates(self, *, in_alias: bool = True) -> None:
        """Write the templates of posts and raw records: Elasticsearch creates missing indices from them."""
        names = self.names
        posts: dict[str, Any] = {
            # 0: a forced merge removes deleted posts from every segment, however few they are.
            "settings": self._settings(self._shards, **{"merge.policy.expunge_deletes_allowed": 0}),
            "mappings": POSTS_MAPPING,
        }
        if in_alias:
            posts["aliases"] = {names.posts: {}}
        raws = {
            "settings": self._settings(1, codec="best_compression", **{"merge.policy.expunge_deletes_allowed": 0}),
            "mappings": RAWS_MAPPING,
        }
        version = {"version": INDEX_SCHEMA_VERSION, "_meta": {"analyser": analyser()}, "priority": 500}
        for name, pattern, template in (
            (f"{names.posts}-{names.generation}", names.all_posts, posts),
            (f"{names.prefix}-raws", names.all_raws, raws),
        ):
            body = {"index_patterns": [pattern], "template": template, **version}
            self._client.request("PUT", path_to("_index_template", name), body, into=msgspec.Raw)

    def ensure(self, *indices: str) -> None:
        """Create the indices that are missing; each is created once for the life of this object."""
        for index in indices:
            if index not in self._known:
                self.create_index(index)
                self._known.add(index)

    def forget(self) -> None:
        """Check all indices again at the next `ensure`: one may have been dropped."""
        self._known.clear()

    def create_index(self, index: str, body: dict[str, Any] | None = None) -> None:
        """Create an index, unless it exists already."""
        try:
            self._client.request("PUT", path_to(index), body, into=msgspec.Raw)
        except RequestRefused as error:
            if error.kind != "resource_already_exists_exception":
                raise

    def ensure_present(self) -> None:
        """Create the index of this month, so that there is always one to search."""
        self.ensure(self.names.posts_of(period_of(now_ms(), now_ms())))

    def ensure_accounts(self) -> None:
        """Create the index of accounts, which a store of an earlier version lacks."""
        if self.names.accounts not in self._known:
            self.create_index(self.names.accounts, {"settings": self._settings(1), "mappings": ACCOUNTS_MAPPING})
            self._known.add(self.names.accounts)

    def create_store(self) -> None:
        """Create a store; several processes may do so at once."""
        self.put_templates()
        self.create_index(self.names.state, {"settings": self._settings(1), "mappings": STATE_MAPPING})
        self.ensure_accounts()
        self.ensure_present()
        meta = StoreMeta(secrets.token_hex(16), INDEX_SCHEMA_VERSION, analyser(), order=ORDER)
        try:
            self._client.request("PUT", path_to(self.names.state, "_create", META_KEY), meta, into=msgspec.Raw)
        except RequestRefused as error:
            if error.status != 409:
                raise

    def upgrade(self, meta: StoreMeta) -> None:
        """Add what the store of an older program version lacks; stored posts stay as they are."""
        self.ensure_accounts()
        if meta.order >= ORDER:
            return
        self.put_templates()
        body = {"properties": {name: POSTS_MAPPING["properties"][name] for name in ADDED_FIELDS}}
        missing = {"allow_no_indices": "true", "ignore_unavailable": "true"}
        self._client.request("PUT", path_to(self.names.all_posts, "_mapping"), body, into=msgspec.Raw, params=missing)
        meta.order = ORDER
        self._client.request("PUT", path_to(self.names.state, "_doc", META_KEY), meta, into=msgspec.Raw)
