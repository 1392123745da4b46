"""ALLOWED_HOSTS: refuses requests for unknown host names, against DNS rebinding; describes them for `murmur doctor`.

Known are localhost, HOST or this machine's name, and ALLOWED_HOSTS. Where only TRUSTED_PROXIES is set, any name that a
trusted proxy forwards is accepted.

An attacker's page may point its own name at 127.0.0.1 once it is loaded; the browser then takes this server for the
attacker's and lets the page read every response. Such a request still carries the attacker's name in `Host`. An IP
address in `Host` cannot be rebound, so every address is accepted. Health checks are not refused.
"""

from __future__ import annotations

import ipaddress
import socket

from flask import Flask, request
from werkzeug.http import parse_list_header
from werkzeug.sansio.utils import host_is_trusted

from pipeline.settings import ANY_HOST, Settings, is_wildcard
from web.api_errors import ApiError

LOOPBACK_NAMES = ("localhost", ".localhost")
"""Names that no DNS server outside this machine resolves (RFC 6761, 6.3)."""
UNCHECKED = ("/healthz", "/readyz")
"""Paths whose host is not checked: a platform's health check uses any name, and the responses hold no posts."""


def known_names(settings: Settings) -> tuple[str, ...]:
    """Return the names that requests may use; as in ALLOWED_HOSTS, a leading dot includes every subdomain."""
    names = [*LOOPBACK_NAMES, *settings.allowed_hosts]
    if is_wildcard(settings.host):
        own = socket.gethostname().lower()
        names += [own] if "." in own else [own, f"{own}.local"]
    elif not _is_address(settings.host):
        names.append(settings.host.lower())
    return tuple(dict.fromkeys(name for name in names if name))


def is_known(host: str, names: tuple[str, ...]) -> bool:
    """Tell whether a `Host` header holds an IP address or one of the names; the port does not matter."""
    if ANY_HOST in names:
        return True
    name = host.lower()
    well_formed = host_is_trusted(name)
    return well_formed and (_is_address(_without_port(name)) or host_is_trusted(name, names))


def describe_hosts(settings: Settings) -> str:
    """Return in one line which hosts are answered, for `murmur doctor`."""
    names = known_names(settings)
    if ANY_HOST in names:
        return "every host name is answered"
    shown = ", ".join(name for name in names if name != ".localhost")
    return f"IP addresses and these names are answered: {shown}; ALLOWED_HOSTS adds others"


def install(app: Flask, settings: Settings) -> None:
    """Refuse requests for unknown names before any other code of an app sees them."""
    names = known_names(settings)
    proxies = settings.trusted_proxies if not settings.allowed_hosts else 0

    @app.before_request
    def check_host() -> None:
        host = request.environ.get("HTTP_HOST", "")
        if not host or request.path in UNCHECKED or is_known(host, names):
            return  # every browser sends a name
        if proxies and len(parse_list_header(request.headers.get("X-Forwarded-Host", ""))) >= proxies:
            return  # a trusted proxy sent the name, and it serves only names of its own configuration
        hint = "Set ALLOWED_HOSTS to the names of this server, or use its IP address."
        raise ApiError("unknown_host", f"This server does not answer to the host name {host[:100]!r}.", hint=hint)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
