"""Public address check (SSRF protection): resolves a host name and refuses it if any of its addresses is private.

It returns the address to connect to. DNS is asked in threads of its own, so that slow names delay only pictures.
"""

from __future__ import annotations

import functools
import ipaddress
import socket
from typing import Any

from gevent import monkey
from gevent.threadpool import ThreadPool

LOOKUPS_AT_ONCE = 8
"""Threads that query DNS. gevent's own pool serves the picture cache and reconnections to Redis, and is left alone."""
_getaddrinfo = monkey.get_original("socket", "getaddrinfo")


class NotPublic(Exception):
    """Raised when a host has no address, or one that is not public."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is public; of an address that wraps another one, both must be."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        return all(wrapped is None or is_public(str(wrapped)) for wrapped in inner)
    return True


def _addresses(host: str, port: int) -> list[Any]:
    """Query DNS in threads of our own, so that slow names delay only pictures."""

    def look_up() -> list[Any] | OSError | UnicodeError:
        try:
            return _getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[no-any-return]  # gevent has no types
        except (OSError, UnicodeError) as error:
            return error  # gevent prints the traceback of an error that a thread of a pool raises

    found: list[Any] | OSError | UnicodeError = _resolvers().apply(look_up)
    if isinstance(found, Exception):
        raise found
    return found


@functools.cache
def _resolvers() -> ThreadPool:
    return ThreadPool(LOOKUPS_AT_ONCE)


def resolve(host: str, port: int) -> str:
    """Return one public address of a host.

    Raises:
        NotPublic: the host has no address, or any of its addresses is not public.
    """
    try:
        found = {row[4][0] for row in _addresses(host, port)}
    except (OSError, UnicodeError) as error:
        raise NotPublic(f"{host} is not known: {error}") from error
    addresses = sorted(map(str, found), key=lambda address: ":" in address)
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotPublic(f"{host} is not on the public internet")
    return addresses[0]
