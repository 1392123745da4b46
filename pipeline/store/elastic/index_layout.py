"""Indices, templates and the facts a store says of itself: made once, checked at each opening. No post is touched here.

Posts lie in an index a month under one alias; raw records in an index a month of their own, out of the way of reads;
what is known by id (where a post lies, what was withdrawn) and all the rest in one index, `state`.
"""

from __future__ import annotations

import secrets
from typing import Any, Final, Literal

import msgspec

from pipeline.clock import now_ms
from pipeline.errors import StoreMismatch, StoreUnavailable
from pipeline.query.analyser import ANALYSER_VERSION
from pipeline.settings import Settings
from pipeline.store import sort_key as place
from pipeline.store.elastic.cluster.client import ElasticClient, RequestRefused, decode, path_to
from pipeline.store.elastic.document_fields import FIELDS_VERSION, PROPERTIES
from pipeline.store.elastic.index_names import IndexNames, period_of

SCHEMA_VERSION = 1
META = "meta"
_KEYWORD: Final = {"type": "keyword", "ignore_above": 1_024}
_UNSEEN: Final = {"type": "keyword", "index": False, "doc_values": False}

POSTS: Final[dict[str, Any]] = {
    "dynamic": "strict",
    "properties": {
        **PROPERTIES,
        "place": {"type": "long"},
        "arrival": {"type": "long"},
        "seq": {"type": "long"},
        "changed": {"type": "byte"},
        "touched": {"type": "boolean"},
        "reach": {"type": "long"},
        "original": {"type": "keyword"},
        "inside": _UNSEEN,
        "by": {"type": "keyword"},
        # The post as it goes over the wire, kept and not indexed but for what a person looks for in Kibana.
        "post": {
            "type": "object",
            "dynamic": False,
            "properties": {
                "text": {"type": "text", "index": False},
                "lang": _KEYWORD,
                "source": _KEYWORD,
                "hashtags": _KEYWORD,
                "hosts": _KEYWORD,
                "author": {"type": "object", "dynamic": False, "properties": {"handle": _KEYWORD}},
            },
        },
    },
}
"""How posts are indexed."""

ORDER = 1
"""What the fields that order posts are: 1 has `arrival`. A store of before gets it when a writer opens it."""


def by_place(order: Literal["asc", "desc"]) -> list[dict[str, Any]]:
    """Return the keys of the order of posts: by place, those of one place by arrival, what has none first."""
    arrived = {"order": order, "missing": place.NO_ARRIVAL, "unmapped_type": "long"}
    return [{"place": order}, {"arrival": arrived}]


RAWS: Final[dict[str, Any]] = {"dynamic": "strict", "properties": {"data": {"type": "binary"}}}

STATE: Final[dict[str, Any]] = {
    "dynamic": False,
    "properties": {
        "kind": {"type": "keyword"},
        "id": {"type": "keyword", "ignore_above": 1_024},
        "place": {"type": "long"},
        "gone_seq": {"type": "long"},
        "gone_at": {"type": "long"},
        "since": {"type": "long"},
        "until": {"type": "long"},
        "last": {"type": "long"},
    },
}


class StoreMeta(msgspec.Struct):
    """What a store says of itself."""

    identity: str
    schema: int
    analyser: str
    generation: int = 1
    order: int = 0


class Versioned(msgspec.Struct):
    """A document by its key, with what a conditional write needs."""

    source: msgspec.Raw = msgspec.field(name="_source", default_factory=msgspec.Raw)
    found: bool = False
    seq_no: int = msgspec.field(name="_seq_no", default=-1)
    term: int = msgspec.field(name="_primary_term", default=-1)


def analyser() -> str:
    """Return the version of what is indexed: our analyser and the fields made of it."""
    return f"{ANALYSER_VERSION}+{FIELDS_VERSION}"


class IndexLayout:
    """Makes what is missing in a cluster. `names` are those of the generation in use."""

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

    def template(self, *, in_alias: bool = True) -> None:
        """Put the templates of posts and raw records: what Elasticsearch makes by itself is made by them too."""
        names = self.names
        posts: dict[str, Any] = {
            # Withdrawn posts are to leave the segments whenever they are asked to, however few they are.
            "settings": self._settings(self._shards, **{"merge.policy.expunge_deletes_allowed": 0}),
            "mappings": POSTS,
        }
        if in_alias:
            posts["aliases"] = {names.posts: {}}
        raws = {
            "settings": self._settings(1, codec="best_compression", **{"merge.policy.expunge_deletes_allowed": 0}),
            "mappings": RAWS,
        }
        version = {"version": SCHEMA_VERSION, "_meta": {"analyser": analyser()}, "priority": 500}
        for name, pattern, template in (
            (f"{names.posts}-{names.generation}", names.all_posts, posts),
            (f"{names.prefix}-raws", names.all_raws, raws),
        ):
            body = {"index_patterns": [pattern], "template": template, **version}
            self._client.request("PUT", path_to("_index_template", name), body, into=msgspec.Raw)

    def ensure(self, *indices: str) -> None:
        """Make indices that are not there yet."""
        for index in indices:
            if index not in self._known:
                self.make(index)
                self._known.add(index)

    def forget(self) -> None:
        """Look again whether indices are there: one may have been dropped."""
        self._known.clear()

    def make(self, index: str, body: dict[str, Any] | None = None) -> None:
        """Make an index unless somebody has."""
        try:
            self._client.request("PUT", path_to(index), body, into=msgspec.Raw)
        except RequestRefused as error:
            if error.kind != "resource_already_exists_exception":
                raise

    def ensure_present(self) -> None:
        """Make the index of this month, so that there is always one to search."""
        self.ensure(self.names.posts_of(period_of(now_ms(), now_ms())))

    def create(self) -> None:
        """Make a store where there is none; several processes may do so at once."""
        self.template()
        self.make(self.names.state, {"settings": self._settings(1), "mappings": STATE})
        self.ensure_present()
        meta = StoreMeta(secrets.token_hex(16), SCHEMA_VERSION, analyser(), order=ORDER)
        try:
            self._client.request("PUT", path_to(self.names.state, "_create", META), meta, into=msgspec.Raw)
        except RequestRefused as error:
            if error.status != 409:
                raise

    def upgrade(self, meta: StoreMeta) -> None:
        """Give indices of an older program the fields they lack; what is stored stays as it is, and is found."""
        if meta.order >= ORDER:
            return
        self.template()
        body = {"properties": {"arrival": POSTS["properties"]["arrival"]}}
        missing = {"allow_no_indices": "true", "ignore_unavailable": "true"}
        self._client.request("PUT", path_to(self.names.all_posts, "_mapping"), body, into=msgspec.Raw, params=missing)
        meta.order = ORDER
        self._client.request("PUT", path_to(self.names.state, "_doc", META), meta, into=msgspec.Raw)


def read_meta(client: ElasticClient, names: IndexNames) -> StoreMeta | None:
    """Return what a store says of itself, None where there is none."""
    try:
        found = client.request("GET", path_to(names.state, "_doc", META), into=Versioned)
    except RequestRefused as error:
        if error.status == 404:
            return None
        raise
    try:
        return decode(found.source, StoreMeta)
    except msgspec.DecodeError as error:
        raise StoreUnavailable(f"the index {names.state} holds no store of ours: {error}") from error


def check(meta: StoreMeta) -> None:
    """Refuse a store that this program cannot read rightly.

    Raises:
        StoreMismatch: another schema or analyser wrote it.
    """
    if meta.schema != SCHEMA_VERSION or meta.analyser != analyser():
        raise StoreMismatch(
            f"the store was indexed by schema {meta.schema}, analyser {meta.analyser}; this program has "
            f"{SCHEMA_VERSION} and {analyser()}: run `murmur migrate`"
        )
