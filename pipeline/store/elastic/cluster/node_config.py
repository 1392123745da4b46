"""Connection settings of the cluster: address, TLS and credentials out of ELASTICSEARCH_*, pool size, compression."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import unquote, urlsplit

from elastic_transport import NodeConfig

from pipeline.settings import Settings

REQUEST_TIMEOUT_S = 20.0
"""Seconds that a request may take if it states no limit of its own."""

CONNECTIONS = 16
_PORTS = {"http": 9200, "https": 9200}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def node_config(settings: Settings) -> NodeConfig:
    """Return the configuration of the cluster's node at ELASTICSEARCH_URL."""
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
        request_timeout=REQUEST_TIMEOUT_S,
        http_compress=host not in _LOOPBACK,  # within one machine compression only costs time
        **options,
    )


def _authorization(settings: Settings, user: str | None, password: str | None) -> str:
    """Return the value of the header: an API key (id:key, or as Kibana shows it), a name and password, or ""."""
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
