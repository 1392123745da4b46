"""How a cluster and the store in it are: for `murmur doctor`. It asks and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pipeline.errors import StoreError
from pipeline.settings import Settings
from pipeline.store.elastic.client import Client, Refused, at, client_of
from pipeline.store.elastic.names import IndexNames
from pipeline.store.elastic.schema import SCHEMA_VERSION, read_meta

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


class _Named(msgspec.Struct):
    name: str
    index_template: _Template


class _Templates(msgspec.Struct):
    index_templates: list[_Named]


def examine(settings: Settings) -> Iterator[tuple[bool, str]]:
    """Yield (well, what is so) of the cluster, its health and the templates."""
    client = client_of(settings)
    names = IndexNames(settings.elasticsearch_prefix)
    try:
        versions = _versions(client)
        health = client.ask("GET", at("_cluster", "health", f"{names.prefix}-*"), into=_Health, timeout_s=_TIMEOUT_S)
        text = f"Elasticsearch {versions}, {health.number_of_nodes} nodes, health {health.status}"
        if health.unassigned_shards:
            text += f", {health.unassigned_shards} shards have no node (too many ELASTICSEARCH_REPLICAS?)"
        yield health.status != "red", text
        yield _templates(client, names)
    except StoreError as error:
        yield False, str(error)


def _versions(client: Client) -> str:
    path = at("_nodes")
    nodes = client.ask("GET", path, into=_Nodes, params={"filter_path": "nodes.*.version"}, timeout_s=_TIMEOUT_S).nodes
    return ", ".join(sorted({node.version for node in nodes.values()}))


def _templates(client: Client, names: IndexNames) -> tuple[bool, str]:
    meta = read_meta(client, names)
    if meta is None:
        return True, "no store there yet"
    name = f"{names.posts}-{meta.generation}"
    try:
        (found,) = client.ask("GET", at("_index_template", name), into=_Templates, timeout_s=_TIMEOUT_S).index_templates
    except Refused as error:
        if error.status != 404:
            raise
        return False, f"the index template {name} is missing: run `murmur migrate`"
    version = found.index_template.version
    told = f"index template {name} is of version {version}, posts of {meta.schema} indexed by {meta.analyser}"
    return version == SCHEMA_VERSION, told
