"""Elasticsearch client: sends requests over the official client's transport and decodes the answers.

One client, with its pool of connections, serves a process for each group of settings; under gevent each thread has a
pool of its own. The JSON on the wire is plain, which servers from 7.17 on understand; `GET /` is never sent. Every
request has a time limit. A temporary failure raises `StoreUnavailable`, a refusal for good raises `RequestRefused`; no
message contains credentials. `path_to` quotes names in paths.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from elastic_transport import ConnectionTimeout, Serializer, Transport, TransportError
from elasticsearch import Elasticsearch

from pipeline.errors import SettingsError, StoreUnavailable
from pipeline.settings import Settings
from pipeline.store.elastic.cluster.json_codec import decode, encode
from pipeline.store.elastic.cluster.node_config import REQUEST_TIMEOUT_S, node_config
from pipeline.store.elastic.cluster.request_errors import RequestTimedOut, error_of

_REASON_CHARS = 300
_JSON = {"accept": "application/json", "content-type": "application/json"}

T = TypeVar("T")


class _BytesSerializer(Serializer):
    """Passes bodies as bytes: this module's callers know their shapes."""

    mimetype = "application/json"

    def loads(self, data: bytes) -> Any:
        return data

    def dumps(self, data: Any) -> bytes:
        return data if isinstance(data, bytes) else encode(data)


class ElasticClient:
    """Client of one cluster, over one pool of connections. Safe to use from many threads.

    Under gevent each thread has a pool of its own, for a socket belongs to the thread that opened it.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.elasticsearch_ca_file and not Path(settings.elasticsearch_ca_file).is_file():
            raise SettingsError([f"ELASTICSEARCH_CA_FILE={settings.elasticsearch_ca_file}: no such file"])
        self._node = node_config(settings)
        self.where = f"{self._node.scheme}://{self._node.host}:{self._node.port}{self._node.path_prefix}"
        self._pools: dict[int, Transport] = {}
        self._pools_lock = threading.Lock()
        logging.getLogger("elastic_transport").setLevel(logging.WARNING)
        self._pool()

    def _pool(self) -> Transport:
        thread = threading.get_native_id() if is_patched() else 0
        found = self._pools.get(thread)
        if found is None:
            with self._pools_lock:
                found = self._pools.setdefault(thread, self._new_pool())
        return found

    def _new_pool(self) -> Transport:
        serializers = {"application/json": _BytesSerializer()}
        try:
            return Elasticsearch([self._node], serializers=serializers, max_retries=0).transport
        except (OSError, ValueError) as error:  # the CA file holds no certificate
            raise SettingsError([f"ELASTICSEARCH_CA_FILE={self._node.ca_certs}: {error}"]) from error

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        into: type[T],
        params: Mapping[str, str] | None = None,
        timeout_s: float = REQUEST_TIMEOUT_S,
        retries: int = 1,
    ) -> T:
        """Send a request and return the answer as `into`.

        `path` comes from `path_to`; `body` is bytes or is encoded as JSON. After a broken connection the request is
        sent again `retries` times, because the server may have closed an idle connection.

        Raises:
            RequestRefused: the server refuses the request for good (400, 404, 405, 409, 413).
            RequestTimedOut: no answer came within `timeout_s`.
            StoreUnavailable: the server cannot be reached, is overloaded, or denies access.
        """
        target = f"{path}?{urlencode(params)}" if params else path
        data = None if body is None else body if isinstance(body, bytes) else encode(body)
        try:
            answer = self._pool().perform_request(
                method,
                target,
                body=data,
                headers=_JSON,
                request_timeout=timeout_s,
                max_retries=retries,
                retry_on_status=(),
            )
        except ConnectionTimeout as error:
            raise RequestTimedOut(f"Elasticsearch at {self.where} did not answer within {timeout_s:.1f} s") from error
        except TransportError as error:
            raise StoreUnavailable(f"Elasticsearch at {self.where} cannot be reached: {_short(error)}") from error
        if not 200 <= answer.meta.status < 300:
            raise error_of(answer.meta.status, bytes(answer.body or b""))
        return _decoded(bytes(answer.body or b"{}"), into)

    def close(self) -> None:
        """Close the connections."""
        for pool in self._pools.values():
            pool.close()


def path_to(*names: str) -> str:
    """Return the URL path made of names, each quoted."""
    return "/" + "/".join(quote(name, safe=",*") for name in names)


def _decoded(body: bytes, into: type[T]) -> T:
    try:
        return decode(body, into)
    except msgspec.DecodeError as error:
        raise StoreUnavailable(f"what answered is no Elasticsearch: {error}") from error


def _short(error: TransportError) -> str:
    return f"{type(error).__name__}: {str(error.message)[:_REASON_CHARS]}"


_clients: dict[tuple[object, ...], ElasticClient] = {}
_clients_lock = threading.Lock()


def client_of(settings: Settings) -> ElasticClient:
    """Return this process's client for the settings, made at the first call."""
    access = (settings.elasticsearch_url, settings.elasticsearch_api_key, settings.elasticsearch_user)
    more = (settings.elasticsearch_password, settings.elasticsearch_ca_file, settings.elasticsearch_tls_verify)
    key = (os.getpid(), *access, *more)
    with _clients_lock:
        if key not in _clients:
            _clients[key] = ElasticClient(settings)
        return _clients[key]


def is_patched() -> bool:
    """Tell whether gevent has replaced sockets and locks."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("socket"))
