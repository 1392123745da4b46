"""The index of standing searches: how a search lies in it, and that it is there. Shared by all workers of a registry.

A document is a search under its key, which is a hash of its text: whoever writes it writes the same. Which of two
writes is the later one is decided by the registry's version (`keeping`). This module knows no post.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec

from pipeline.errors import SettingsError
from pipeline.match.memory.anchor_plan import has_numbers, without_numbers
from pipeline.query.analyser import ANALYSER_VERSION
from pipeline.query.tree import Node
from pipeline.store.elastic.cluster.client import ElasticClient, RequestRefused, path_to
from pipeline.store.elastic.document_fields import FIELDS_VERSION, PROPERTIES
from pipeline.store.elastic.read.compile_query import ALL, Dsl, compile_tree

SEARCHES_VERSION = 1
"""Goes up with every change of what is kept of a search or how it is compiled."""

SENTINEL: Final = "!"
"""The key of a search that every post matches: an answer without it comes from an index that was made anew. It sorts
before every key of a search (hex digits)."""

PERCOLATOR_MISSING = "MATCHER=percolator: this Elasticsearch has no percolator; set MATCHER=memory"

_MAPPINGS: Final[dict[str, Any]] = {
    "dynamic": "strict",
    "properties": {
        **PROPERTIES,
        "key": {"type": "keyword"},
        "counted": {"type": "boolean"},
        "query": {"type": "percolator"},
        "relaxed": {"type": "percolator"},
    },
}


class SearchIndex:
    """The index under a prefix, for the registry of a Redis prefix and this program's way to compile.

    `replicas` as in `ELASTICSEARCH_REPLICAS`; nothing is asked of the server before `ensure`.
    """

    def __init__(self, client: ElasticClient, prefix: str, registry: str, replicas: int = -1) -> None:
        self.client = client
        whose = hashlib.sha1(registry.encode(), usedforsecurity=False).hexdigest()[:10]
        self._family = f"{prefix}-searches-{whose}-"
        self.name = f"{self._family}{ANALYSER_VERSION.replace('/', '.')}.{FIELDS_VERSION}.{SEARCHES_VERSION}"
        self._replicas = replicas

    def ensure(self) -> None:
        """Make the index if it is not there; another one like it comes by itself, should somebody drop it.

        Raises:
            SettingsError: the server has no percolator.
            StoreUnavailable: it cannot be reached now.
        """
        settings: dict[str, Any] = {"number_of_shards": 1, "refresh_interval": "10s", "auto_expand_replicas": "0-1"}
        if self._replicas >= 0:
            del settings["auto_expand_replicas"]
            settings["number_of_replicas"] = self._replicas
        body = {"settings": {"index": settings}, "mappings": _MAPPINGS}
        template = {"index_patterns": [self.name], "template": body, "priority": 600}
        try:
            self.client.request("PUT", path_to("_index_template", self.name), template, into=msgspec.Raw)
            self.client.request("PUT", path_to(self.name), body, into=msgspec.Raw)
        except RequestRefused as error:
            if error.kind == "resource_already_exists_exception":
                return
            if "[percolator]" in error.reason:
                raise SettingsError([PERCOLATOR_MISSING]) from error
            raise

    def drop_older(self) -> list[str]:
        """Remove what earlier versions of this program kept for the same registry; return the names, usually none.

        Those of later versions and of other registries stay. Their templates stay too: a worker of an earlier version
        that still runs makes its index anew from it, as after any loss, and with the right mappings.

        Raises:
            StoreUnavailable: it cannot be reached now.
        """
        ours = _version(self.name, self._family)
        there = self.client.request("GET", path_to(f"{self._family}*", "_alias"), into=dict[str, msgspec.Raw])
        older = sorted(name for name in there if () < _version(name, self._family) < ours)
        for name in older:
            self.client.request("DELETE", path_to(name), into=msgspec.Raw, params={"ignore_unavailable": "true"})
        return older

    def refresh(self) -> None:
        """Return once everything written before this call can be percolated."""
        self.client.request("POST", path_to(self.name, "_refresh"), into=msgspec.Raw)


def has_percolator(client: ElasticClient) -> bool:
    """Tell whether a server can percolate; nothing is changed there.

    Raises:
        StoreUnavailable: it cannot be reached now.
    """
    mappings = {"properties": {"query": {"type": "percolator"}}}
    probe = {"index_patterns": ["murmur-probe-of-percolator"], "template": {"mappings": mappings}}
    try:
        client.request("POST", path_to("_index_template", "_simulate"), probe, into=msgspec.Raw)
    except RequestRefused:
        return False
    return True


def body_of(key: str, root: Node) -> dict[str, Any]:
    """Return the document of a search."""
    body: dict[str, Any] = {"key": key, "counted": has_numbers(root), "query": _standing(compile_tree(root).filter)}
    if body["counted"]:
        body["relaxed"] = _standing(compile_tree(without_numbers(root)).filter)
    return body


def sentinel() -> dict[str, Any]:
    """Return the document of the search that every post matches."""
    return {"key": SENTINEL, "counted": True, "query": ALL, "relaxed": ALL}


def _standing(filter_: Dsl) -> Dsl:
    return {"bool": {"filter": [filter_]}}


def _version(name: str, family: str) -> tuple[int, ...]:
    """Return the version an index is named after; nothing where its name is not one of ours."""
    numbers = name.removeprefix(family).split(".")
    return tuple(map(int, numbers)) if all(number.isdecimal() for number in numbers) else ()
