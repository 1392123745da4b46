"""Whether statuses are still there, by `GET /api/v1/statuses/:id` of the server they were written on: one a call.

Servers that were chosen are asked as they are named, with the token. Any other host is a name out of a post, so it is
asked over HTTPS on its usual port only, at an address that was checked to be public, without a token. An answer becomes
a record of the names that a status has, in a batch of its host's, labelled so that `normalise` believes that host about
its own statuses by its own accounts and about nothing else.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import msgspec
import urllib3

from pipeline.queue.batch import LOOKUP, RawBatch, RawRecord
from pipeline.sources.lookups import Looked
from pipeline.sources.mastodon.server import AGENT, base_of
from pipeline.sources.mastodon.statuses import Statuses
from pipeline.sources.waits import asked_pause_s

ANSWER_S = 10.0
LARGEST_STATUS = 512 * 1024
LEFT_ALONE_S = 600.0
_OWN = re.compile(r"([a-z0-9.:\[\]-]+)/(\d{1,30})")


class _Status(msgspec.Struct):
    id: str = ""
    uri: str = ""


_decode = msgspec.json.Decoder(_Status).decode


def public_address(host: str) -> str:
    """Return an address of a host.

    Raises:
        OSError: it has none, or one of them is not of the public internet.
    """
    found = {str(row[4][0]) for row in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    if not found or not all(_is_public(address) for address in found):
        raise OSError(f"{host} is not on the public internet")
    return min(found, key=lambda address: ":" in address)


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo):
        return False  # it wraps another one
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class MastodonLookup:
    """The look-up at chosen servers and at the hosts that statuses name."""

    at_once = 20
    apart_s = 1.0

    def __init__(
        self,
        servers: tuple[str, ...],
        token: str,
        *,
        consent: bool = True,
        find: Callable[[str], str] = public_address,
        between_s: float = 0.3,
    ) -> None:
        self._bases = {urlsplit(base_of(server)).netloc.lower(): base_of(server) for server in servers}
        self._token = token
        self._consent = consent
        self._find = find
        self._between_s = between_s
        self._left_alone: dict[str, float] = {}

    def look(self, ids: Sequence[str]) -> Looked:
        """Ask for some statuses, one after the other; see the contract. A host in trouble costs no other's."""
        gone: list[str] = []
        fresh: dict[str, list[RawRecord]] = {}
        unsure = 0
        for post_id in ids:
            own = _OWN.fullmatch(post_id.removeprefix("mastodon:"))
            found = self._one(own[1], own[2]) if own else None
            if own is None or found is None:
                unsure += 1
            elif found == b"":
                gone.append(post_id)
            else:
                fresh.setdefault(own[1], []).append(RawRecord(int(time.time() * 1000), found))
        return Looked(gone, [RawBatch(LOOKUP, records, host) for host, records in fresh.items()], unsure)

    def _one(self, host: str, number: str) -> bytes | None:
        """Return a status, b"" if it is gone, None if that is not known."""
        if self._left_alone.get(host, 0.0) > time.monotonic():
            return None
        time.sleep(self._between_s)
        try:
            status, data, after = self._get(host, f"/api/v1/statuses/{number}")
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            status, data, after = 0, b"", ""
        if status in (404, 410):
            return b""
        if status != 200 or len(data) > LARGEST_STATUS:
            pause_s = asked_pause_s(after, LEFT_ALONE_S)
            self._left_alone[host] = time.monotonic() + min(pause_s, 6 * LEFT_ALONE_S)
            if len(self._left_alone) > 10_000:
                self._left_alone.clear()
            return None
        try:
            told = _decode(data)
        except (msgspec.MsgspecError, ValueError):
            return None
        if told.id != number or urlsplit(told.uri).netloc.lower() != host:
            return None  # another status than was asked for
        return Statuses(host, consent=self._consent).answered(data) or b""

    def _get(self, host: str, path: str) -> tuple[int, bytes, str]:
        headers = {"User-Agent": AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}
        timeout = urllib3.Timeout(connect=5, read=ANSWER_S)
        pool: urllib3.HTTPConnectionPool
        if host in self._bases:
            pool = urllib3.connection_from_url(self._bases[host], timeout=timeout, retries=False)
            headers |= {"Authorization": f"Bearer {self._token}"} if self._token else {}
        else:
            if ":" in host or "." not in host:
                raise ValueError("no name of the public internet")
            pool = urllib3.HTTPSConnectionPool(
                self._find(host), server_hostname=host, assert_hostname=host, timeout=timeout, retries=False
            )
            headers["Host"] = host
        with pool:
            answer = pool.request("GET", path, headers=headers, preload_content=False, redirect=False)
            data = answer.read(LARGEST_STATUS + 1)
            answer.close()
            return answer.status, data, answer.headers.get("Retry-After", "")
