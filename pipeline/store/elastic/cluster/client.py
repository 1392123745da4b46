"""One way to a cluster: requests over the official client's transport, answers decoded into the shapes asked for.

Plain JSON on the wire, which servers of 7.17 and all later ones understand; never `GET /`. Every request has a time
limit. An answer that says "not now" is `StoreUnavailable`, one that says "not this" is `RequestRefused`;
credentials stand in no message. What is asked is decided elsewhere.
"""

from __future__ import annotations

import base64
import logging
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import quote, unquote, urlencode, urlsplit

import msgspec
from elastic_transport import ConnectionTimeout as TimedOut
from elastic_transport import NodeConfig, Serializer, Transport, TransportError
from elasticsearch import Elasticsearch

from pipeline.errors import SettingsError, StoreError, StoreUnavailable
from pipeline.settings import Settings

TIMEOUT_S = 20.0
"""How long a request may take that has no limit of its own."""

CONNECTIONS = 16
_PORTS = {"http": 9200, "https": 9200}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_DOCUMENTS_FAULT = frozenset({400, 404, 405, 409, 413})
_REASON_CHARS = 300

T = TypeVar("T")


class RequestRefused(StoreError):
    """Raised when the server understood and said no; `status` and `kind` as it told them."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(f"Elasticsearch refused ({status} {kind}): {reason}")
        self.status = status
        self.kind = kind
        self.reason = reason


class RequestTimedOut(StoreUnavailable):
    """Raised when no answer came within the time that the request was given."""


class Hits(msgspec.Struct, Generic[T]):
    """What a search found, in its order."""

    hits: list[T]


class Found(msgspec.Struct, Generic[T]):
    """The answer to a search whose hits are read as `T`."""

    hits: Hits[T]


class Cause(msgspec.Struct):
    """Why something was refused, as the server tells it; the innermost cause says most."""

    type: str = ""
    reason: str | None = None
    caused_by: Cause | None = None

    def told(self) -> str:
        """Return the reasons as one line."""
        own = (self.reason or "")[:_REASON_CHARS]
        return own if self.caused_by is None else f"{own}: {self.caused_by.told()}"[: 2 * _REASON_CHARS]


class _Failure(msgspec.Struct):
    error: Cause | str = ""


class _Bytes(Serializer):
    """Leaves bodies alone: they are encoded and decoded by those who know their shape."""

    mimetype = "application/json"

    def loads(self, data: bytes) -> Any:
        return data

    def dumps(self, data: Any) -> bytes:
        return data if isinstance(data, bytes) else encode(data)


encode = msgspec.json.Encoder().encode
_JSON = {"accept": "application/json", "content-type": "application/json"}


class ElasticClient:
    """A way to one cluster, over one pool of connections. Safe to use from many threads.

    Under gevent each thread has a pool of its own, for a socket there belongs to the thread that opened it.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.elasticsearch_ca_file and not Path(settings.elasticsearch_ca_file).is_file():
            raise SettingsError([f"ELASTICSEARCH_CA_FILE={settings.elasticsearch_ca_file}: no such file"])
        self._node = _node(settings)
        self.where = f"{self._node.scheme}://{self._node.host}:{self._node.port}{self._node.path_prefix}"
        self._pools: dict[int, Transport] = {}
        self._making = threading.Lock()
        logging.getLogger("elastic_transport").setLevel(logging.WARNING)
        self._pool()

    def _pool(self) -> Transport:
        thread = threading.get_native_id() if is_patched() else 0
        found = self._pools.get(thread)
        if found is None:
            with self._making:
                found = self._pools.setdefault(thread, self._made())
        return found

    def _made(self) -> Transport:
        try:
            return Elasticsearch([self._node], serializers={"application/json": _Bytes()}, max_retries=0).transport
        except (OSError, ValueError) as error:  # a CA file that is none
            raise SettingsError([f"ELASTICSEARCH_CA_FILE={self._node.ca_certs}: {error}"]) from error

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        into: type[T],
        params: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
        retries: int = 1,
    ) -> T:
        """Return the answer as `into`. `body` is bytes, or what becomes JSON; `path` is made by `path_to`.

        A broken connection is tried again `retries` times: an idle one may have been closed by the other side.

        Raises:
            RequestRefused: the server will not do this (400, 404, 409, 413).
            RequestTimedOut: no answer within `timeout_s`.
            StoreUnavailable: it cannot be reached, is overloaded, or lets nobody in.
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
        except TimedOut as error:
            raise RequestTimedOut(f"Elasticsearch at {self.where} did not answer within {timeout_s:.1f} s") from error
        except TransportError as error:
            raise StoreUnavailable(f"Elasticsearch at {self.where} cannot be reached: {_short(error)}") from error
        if not 200 <= answer.meta.status < 300:
            raise _refusal(answer.meta.status, bytes(answer.body or b""))
        return _decoded(bytes(answer.body or b"{}"), into)

    def close(self) -> None:
        """Let go of the connections."""
        for pool in self._pools.values():
            pool.close()


_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_describing = threading.Lock()


def decode(body: bytes | msgspec.Raw, into: type[T]) -> T:
    """Return JSON as `into`.

    A struct is described to msgspec at its first use, and two threads that do so at once end the process (SIGSEGV in
    0.22): so here only one does.

    Raises:
        msgspec.DecodeError: it is something else.
    """
    decoder = _decoders.get(into)
    if decoder is None:
        with _describing:
            decoder = _decoders.setdefault(into, msgspec.json.Decoder(into))
    found: T = decoder.decode(body)
    return found


def path_to(*parts: str) -> str:
    """Return a path of names, each safe within it."""
    return "/" + "/".join(quote(part, safe=",*") for part in parts)


def _decoded(body: bytes, into: type[T]) -> T:
    try:
        return decode(body, into)
    except msgspec.DecodeError as error:
        raise StoreUnavailable(f"what answered is no Elasticsearch: {error}") from error


def _refusal(status: int, body: bytes) -> StoreError:
    try:
        told = decode(body, _Failure).error
    except msgspec.DecodeError:
        told = ""
    kind, reason = (told.type, told.told()) if isinstance(told, Cause) else ("", told[:_REASON_CHARS])
    if status in _DOCUMENTS_FAULT:
        return RequestRefused(status, kind, reason)
    if status in (401, 403) and kind != "cluster_block_exception":
        return StoreUnavailable(f"Elasticsearch lets us not do this ({status} {kind}): check credentials and rights")
    return StoreUnavailable(f"Elasticsearch cannot now ({status} {kind}): {reason}")


def _short(error: TransportError) -> str:
    return f"{type(error).__name__}: {str(error.message)[:_REASON_CHARS]}"


def _node(settings: Settings) -> NodeConfig:
    parts = urlsplit(settings.elasticsearch_url)
    host = parts.hostname or "localhost"
    options: dict[str, Any] = {}
    if parts.scheme == "https":
        options["verify_certs"] = settings.elasticsearch_tls_verify
        options["ssl_show_warn"] = False
        if settings.elasticsearch_ca_file:
            options["ca_certs"] = settings.elasticsearch_ca_file
    authorization = _authorization(settings, parts.username, parts.password)
    return NodeConfig(
        parts.scheme,
        host,
        parts.port or _PORTS[parts.scheme],
        path_prefix=parts.path.rstrip("/"),
        headers={"authorization": authorization} if authorization else {},
        connections_per_node=CONNECTIONS,
        request_timeout=TIMEOUT_S,
        http_compress=host not in _LOOPBACK,  # on one machine it only costs
        **options,
    )


def _authorization(settings: Settings, user: str | None, password: str | None) -> str:
    """Return the header's value: an API key (id:key, or as Kibana shows it), or a name and password, or nothing."""
    key = settings.elasticsearch_api_key
    if key:
        return f"ApiKey {base64.b64encode(key.encode()).decode() if ':' in key else key}"
    if settings.elasticsearch_user:
        user, password = settings.elasticsearch_user, settings.elasticsearch_password
    elif user is not None:
        user, password = unquote(user), unquote(password or "")
    if user is None:
        return ""
    return "Basic " + base64.b64encode(f"{user}:{password or ''}".encode()).decode()


_clients: dict[tuple[object, ...], ElasticClient] = {}
_opening = threading.Lock()


def client_of(settings: Settings) -> ElasticClient:
    """Return the process's client for these settings."""
    access = (settings.elasticsearch_url, settings.elasticsearch_api_key, settings.elasticsearch_user)
    more = (settings.elasticsearch_password, settings.elasticsearch_ca_file, settings.elasticsearch_tls_verify)
    key = (os.getpid(), *access, *more)
    with _opening:
        if key not in _clients:
            _clients[key] = ElasticClient(settings)
        return _clients[key]


def is_patched() -> bool:
    """Return whether sockets and locks are gevent's."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("socket"))
