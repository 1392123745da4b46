"""Health check for `murmur doctor`: versions and health of the cluster, and whether the store's index template fits.

Yields each finding with whether all is well; errors are findings, too. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pipeline.errors import StoreError
from pipeline.settings import Settings
from pipeline.store.elastic.cluster.client import ElasticClient, client_of, path_to
from pipeline.store.elastic.cluster.request_errors import RequestRefused
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.mappings import INDEX_SCHEMA_VERSION
from pipeline.store.elastic.store_meta import read_meta

_TIMEOUT_S = 5.0


class _Node(msgspec.Struct):
    version: str


class _Nodes(msgspec.Struct):
    nodes: dict[str, _Node]


class _Health(msgspec.Struct):
    status: str
    number_of_nodes: int = 0
    unassigned_shards: int = 0


class _Template(msgspec.Struct):
    version: int = 0


class _NamedTemplate(msgspec.Struct):
    name: str
    index_template: _Template


class _Templates(msgspec.Struct):
    index_templates: list[_NamedTemplate]


def examine(settings: Settings) -> Iterator[tuple[bool, str]]:
    """Yield (whether all is well, finding) of the cluster's health and of the store's templates."""
    client = client_of(settings)
    names = IndexNames(settings.elasticsearch_prefix)
    try:
        versions = _versions(client)
        health = client.request(
            "GET", path_to("_cluster", "health", f"{names.prefix}-*"), into=_Health, timeout_s=_TIMEOUT_S
        )
        text = f"Elasticsearch {versions}, {health.number_of_nodes} nodes, health {health.status}"
        if health.unassigned_shards:
            text += f", {health.unassigned_shards} shards have no node (too many ELASTICSEARCH_REPLICAS?)"
        yield health.status != "red", text
        yield _templates(client, names)
    except StoreError as error:
        yield False, str(error)


def _versions(client: ElasticClient) -> str:
    path = path_to("_nodes")
    nodes = client.request(
        "GET", path, into=_Nodes, params={"filter_path": "nodes.*.version"}, timeout_s=_TIMEOUT_S
    ).nodes
    return ", ".join(sorted({node.version for node in nodes.values()}))


def _templates(client: ElasticClient, names: IndexNames) -> tuple[bool, str]:
    meta = read_meta(client, names)
    if meta is None:
        return True, "no store there yet"
    name = f"{names.posts}-{meta.generation}"
    try:
        (found,) = client.request(
            "GET", path_to("_index_template", name), into=_Templates, timeout_s=_TIMEOUT_S
        ).index_templates
    except RequestRefused as error:
        if error.status != 404:
            raise
        return False, f"the index template {name} is missing: run `murmur migrate`"
    version = found.index_template.version
    finding = f"index template {name} is of version {version}, posts of {meta.schema} indexed by {meta.analyser}"
    return version == INDEX_SCHEMA_VERSION, finding
