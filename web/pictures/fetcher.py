"""Picture fetcher: gets one picture from the public web, within bounds of size, time and redirects, and nothing else.

Private addresses, unusual ports, other media types and bodies over a bound are refused. The connection goes to the very
address that was checked, at every redirect anew, so a name that changes between check and use (DNS rebinding) fails.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import gevent

from web.pictures.image_type import kind_of
from web.pictures.public_address import NotPublic, resolve

PICTURE_MAX_BYTES = 5 * 1024 * 1024
MAX_REDIRECTS = 3
_FETCH_TIMEOUT_S = 10.0
_CHUNK = 64 * 1024
_PORTS = {"http": 80, "https": 443}
_AGENT = "Murmuration (image proxy)"


class Unfetchable(Exception):
    """Raised when a picture may not or cannot be fetched; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes and its media type, as the bytes show it."""

    data: bytes
    kind: str


class Fetcher:
    """Fetches pictures. `find` returns the address to connect to for host and port; only tests pass another one."""

    def __init__(self, find: Callable[[str, int], str] = resolve, ports: dict[str, int] | None = None) -> None:
        self._find = find
        self._ports = ports or _PORTS
        self._tls = ssl.create_default_context()

    def fetch(self, url: str) -> Picture:
        """Return the picture of a URL.

        Raises:
            Unfetchable: the picture may not or cannot be fetched.
        """
        try:
            with gevent.Timeout(_FETCH_TIMEOUT_S, Unfetchable("took too long")):
                for _ in range(MAX_REDIRECTS + 1):
                    found = self._get(url)
                    if isinstance(found, Picture):
                        return found
                    url = urljoin(url, found)
        except NotPublic as error:
            raise Unfetchable(str(error)) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unfetchable(f"{type(error).__name__}: {error}") from error
        raise Unfetchable("too many redirects")

    def _get(self, url: str) -> Picture | str:
        parts = urlsplit(url)
        host = parts.hostname
        port = parts.port or self._ports.get(parts.scheme)
        if parts.scheme not in _PORTS or not host or port != self._ports[parts.scheme] or parts.username:
            raise Unfetchable("not an http(s) URL on its usual port")
        connection = http.client.HTTPConnection(host, port, timeout=_FETCH_TIMEOUT_S)
        try:
            connection.sock = socket.create_connection((self._find(host, port), port), _FETCH_TIMEOUT_S)
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
        if int(response.headers.get("Content-Length") or 0) > PICTURE_MAX_BYTES:
            raise Unfetchable("too big")
        parts: list[bytes] = []
        size = 0
        while chunk := response.read(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size > PICTURE_MAX_BYTES:
                raise Unfetchable("too big")
        data = b"".join(parts)
        kind = kind_of(data)
        if kind is None:
            raise Unfetchable(f"no picture, whatever its header says ({response.headers.get_content_type()})")
        return Picture(data, kind)
