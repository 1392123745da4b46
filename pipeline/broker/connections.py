"""Connections to Redis: the address, the client with its timeouts and TLS, and the same for Celery's broker.

All clients are made here, so that timeouts, health checks, TLS and the number of connections are decided once. This
module sends no command.
"""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from redis import BlockingConnectionPool, Redis
from redis.backoff import ExponentialBackoff
from redis.connection import UnixDomainSocketConnection
from redis.retry import Retry

from pipeline.settings import Settings

SOCKET_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 5.0
HEALTH_CHECK_S = 15


def embedded_url(data_dir: Path) -> str:
    """Return the `unix://` URL of the embedded broker of a data directory, as `murmur run` last wrote it."""
    written = data_dir.absolute() / "broker" / "url"
    return (written.read_text().strip() if written.is_file() else "") or f"unix://{written.with_name('valkey.sock')}"


def redis_url(settings: Settings) -> str:
    """Return the URL of Redis: REDIS_URL, or that of the embedded broker in DATA_DIR."""
    return settings.redis_url or embedded_url(settings.data_dir)


def is_embedded(settings: Settings) -> bool:
    """Tell whether Redis is the broker that `murmur run` starts for this DATA_DIR, whose file we may rewrite.

    `murmur run` writes its address into DATA_DIR. Another Redis at a unix socket is not embedded.
    """
    return redis_url(settings) == embedded_url(settings.data_dir)


def celery_broker_url(settings: Settings) -> str:
    """Return the broker's URL in kombu's spelling (`unix:///p` is its `redis+socket:///p`)."""
    url = settings.celery_broker or embedded_url(settings.data_dir)
    return "redis+socket://" + url.removeprefix("unix://") if url.startswith("unix://") else url


def celery_tls(settings: Settings) -> dict[str, Any] | None:
    """Return kombu's `broker_use_ssl` for a `rediss://` broker, else None."""
    if urlsplit(celery_broker_url(settings)).scheme != "rediss":
        return None
    return _tls(settings)


def connect(
    settings: Settings, *, connections: int = 1, name: str = "", socket_timeout_s: float = SOCKET_TIMEOUT_S
) -> Redis:
    """Return a client that holds at most `connections` connections and may be shared by threads.

    Args:
        settings: where Redis is and how TLS is checked.
        connections: upper bound; a caller waits for a free connection.
        name: the client's name in CLIENT LIST.
        socket_timeout_s: seconds that one answer may take. Raise it for a client that blocks on purpose.
    """
    url = redis_url(settings)
    options: dict[str, Any] = {
        "socket_timeout": socket_timeout_s,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "health_check_interval": HEALTH_CHECK_S,
        "retry": Retry(ExponentialBackoff(cap=0.5, base=0.05), 2),
        "client_name": name or None,
    }
    if url.startswith("rediss://"):
        options |= _tls(settings)
    if url.startswith("unix://"):
        options["connection_class"] = UnixDomainSocketConnection
        options.pop("socket_connect_timeout")
    else:
        options["socket_keepalive"] = True
    pool = BlockingConnectionPool.from_url(url, max_connections=connections, timeout=20, **options)
    return Redis(connection_pool=pool)


def _tls(settings: Settings) -> dict[str, Any]:
    """Return the TLS options that redis-py and kombu share. Without a CA file the system's authorities are trusted."""
    if not settings.redis_tls_verify:
        return {"ssl_cert_reqs": ssl.CERT_NONE, "ssl_check_hostname": False}
    options: dict[str, Any] = {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
    if settings.redis_ca_file:
        options["ssl_ca_certs"] = settings.redis_ca_file
    return options
