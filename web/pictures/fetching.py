"""Fetch one picture from the public web, and nothing else: no private address, no other port, no other type, no more
than a bound. The address is checked after DNS and the connection goes to exactly the address that was checked, at every
redirect anew; so a name that changes its mind between check and use (DNS rebinding) gets nowhere.
"""

from __future__ import annotations

import functools
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import gevent
from gevent import monkey
from gevent.threadpool import ThreadPool

MAX_BYTES = 5 * 1024 * 1024
MAX_REDIRECTS = 3
TIMEOUT_S = 10.0
NAMES_AT_ONCE = 8
"""Threads that ask DNS. The pool of gevent's hub, with picture cache and reconnections to Redis, is left alone."""
_getaddrinfo = monkey.get_original("socket", "getaddrinfo")
_CHUNK = 64 * 1024
_PORTS = {"http": 80, "https": 443}
_AGENT = "Murmuration (image proxy)"


class Unfetchable(Exception):
    """Raised when a picture may not or cannot be fetched; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes and the type they show themselves to be."""

    data: bytes
    kind: str


def kind_of(data: bytes) -> str | None:
    """Return the type a picture's first bytes tell, None if it is none we pass on (SVG is a program, not a picture)."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis"):
        return "image/avif"
    return None


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet; addresses that wrap another are judged by both."""
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
    """Ask DNS in threads of our own: names that answer slowly keep nobody else's from being asked."""

    def ask() -> list[Any] | OSError | UnicodeError:
        try:
            return _getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[no-any-return]  # gevent has no types
        except (OSError, UnicodeError) as error:
            return error  # raised in a thread of the pool it would be printed with its traceback

    found: list[Any] | OSError | UnicodeError = _resolvers().apply(ask)
    if isinstance(found, Exception):
        raise found
    return found


@functools.cache
def _resolvers() -> ThreadPool:
    return ThreadPool(NAMES_AT_ONCE)


def resolve(host: str, port: int) -> str:
    """Return one public address of a host.

    Raises:
        Unfetchable: it has none, or any of its addresses is not public.
    """
    try:
        found = {row[4][0] for row in _addresses(host, port)}
    except (OSError, UnicodeError) as error:
        raise Unfetchable(f"{host} is not known: {error}") from error
    addresses = sorted(map(str, found), key=lambda address: ":" in address)
    if not addresses or not all(is_public(address) for address in addresses):
        raise Unfetchable(f"{host} is not on the public internet")
    return addresses[0]


class Fetcher:
    """Fetches pictures. `find` decides about addresses; only tests pass another one."""

    def __init__(self, find: Callable[[str, int], str] = resolve, ports: dict[str, int] | None = None) -> None:
        self._find = find
        self._ports = ports or _PORTS
        self._tls = ssl.create_default_context()

    def fetch(self, url: str) -> Picture:
        """Return the picture of a URL.

        Raises:
            Unfetchable: whatever the reason.
        """
        try:
            with gevent.Timeout(TIMEOUT_S, Unfetchable("took too long")):
                for _ in range(MAX_REDIRECTS + 1):
                    found = self._get(url)
                    if isinstance(found, Picture):
                        return found
                    url = urljoin(url, found)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unfetchable(f"{type(error).__name__}: {error}") from error
        raise Unfetchable("too many redirects")

    def _get(self, url: str) -> Picture | str:
        parts = urlsplit(url)
        host = parts.hostname
        port = parts.port or self._ports.get(parts.scheme)
        if parts.scheme not in _PORTS or not host or port != self._ports[parts.scheme] or parts.username:
            raise Unfetchable("not an http(s) URL on its usual port")
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        try:
            connection.sock = socket.create_connection((self._find(host, port), port), TIMEOUT_S)
            if parts.scheme == "https":
                connection.sock = self._tls.wrap_socket(connection.sock, server_hostname=host)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"User-Agent": _AGENT, "Accept": "image/*", "Accept-Encoding": "identity"}
            if host and parts.netloc != host:
                headers["Host"] = parts.netloc
            connection.request("GET", path, headers=headers)
            return self._answer(connection.getresponse())
        finally:
            connection.close()

    @staticmethod
    def _answer(response: http.client.HTTPResponse) -> Picture | str:
        if response.status in (301, 302, 303, 307, 308):
            return response.headers.get("Location") or ""
        if response.status != 200:
            raise Unfetchable(f"status {response.status}")
        if int(response.headers.get("Content-Length") or 0) > MAX_BYTES:
            raise Unfetchable("too big")
        parts: list[bytes] = []
        size = 0
        while chunk := response.read(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size > MAX_BYTES:
                raise Unfetchable("too big")
        data = b"".join(parts)
        kind = kind_of(data)
        if kind is None:
            raise Unfetchable(f"no picture, whatever its header says ({response.headers.get_content_type()})")
        return Picture(data, kind)
