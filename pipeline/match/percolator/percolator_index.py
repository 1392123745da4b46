"""Percolator index, Elasticsearch's index of the standing searches: name, mapping, creation, refresh, older versions.

All workers of one registry share the index; its name has the versions of analyser, fields and compilation. `ensure`
creates it with a template, so that a dropped index comes back with its mapping; `drop_older` removes those of earlier
program versions. A document is a search under its key, a hash of its text, so that all workers write the same.
`has_percolator` probes a server without changing it.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec

from pipeline.errors import SettingsError
from pipeline.query.analyser import ANALYSER_VERSION
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.request_errors import RequestRefused
from pipeline.store.elastic.document_fields import FIELDS_VERSION, PROPERTIES

SEARCHES_VERSION = 1
"""Raised with every change of a search's document or of its compilation."""

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
    """Index under a prefix for the registry of one Redis prefix, as this version of the program compiles searches.

    `replicas` as in `ELASTICSEARCH_REPLICAS`. No request is sent before `ensure`.
    """

    def __init__(self, client: ElasticClient, prefix: str, registry: str, replicas: int = -1) -> None:
        self.client = client
        whose = hashlib.sha1(registry.encode(), usedforsecurity=False).hexdigest()[:10]
        self._family = f"{prefix}-searches-{whose}-"
        self.name = f"{self._family}{ANALYSER_VERSION.replace('/', '.')}.{FIELDS_VERSION}.{SEARCHES_VERSION}"
        self._replicas = replicas

    def ensure(self) -> None:
        """Create the index if it is missing, and a template, so that a dropped index comes back with the mapping.

        Raises:
            SettingsError: the server has no percolator.
            StoreUnavailable: the server cannot be reached now.
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
        """Remove the indices of earlier program versions for the same registry; return their names, usually none.

        Indices of later versions and of other registries stay. The templates stay, too: a worker of an earlier version
        that still runs gets its index back from its template, with the right mapping.

        Raises:
            StoreUnavailable: the server cannot be reached now.
        """
        ours = _version(self.name, self._family)
        there = self.client.request("GET", path_to(f"{self._family}*", "_alias"), into=dict[str, msgspec.Raw])
        older = sorted(name for name in there if () < _version(name, self._family) < ours)
        for name in older:
            self.client.request("DELETE", path_to(name), into=msgspec.Raw, params={"ignore_unavailable": "true"})
        return older

    def refresh(self) -> None:
        """Make all earlier writes visible to percolate requests."""
        self.client.request("POST", path_to(self.name, "_refresh"), into=msgspec.Raw)


def has_percolator(client: ElasticClient) -> bool:
    """Tell whether a server has a percolator, without changing anything on it.

    Raises:
        StoreUnavailable: the server cannot be reached now.
    """
    mappings = {"properties": {"query": {"type": "percolator"}}}
    probe = {"index_patterns": ["murmur-probe-of-percolator"], "template": {"mappings": mappings}}
    try:
        client.request("POST", path_to("_index_template", "_simulate"), probe, into=msgspec.Raw)
    except RequestRefused:
        return False
    return True


def _version(name: str, family: str) -> tuple[int, ...]:
    """Return the version in an index's name, () if the name is not one of this family."""
    numbers = name.removeprefix(family).split(".")
    return tuple(map(int, numbers)) if all(number.isdecimal() for number in numbers) else ()
