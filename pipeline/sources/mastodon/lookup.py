"""Look-up of Mastodon statuses by `GET /api/v1/statuses/:id` of the server they were written on, one status a request.

A status that is missing, or whose author has opted out, counts as deleted; another becomes a fresh record. Servers of
MASTODON_SERVERS are requested at their configured address, with the token. Any other host is a name out of a post: it
is requested over HTTPS on port 443 only, at an address checked to be public, without a token. A host that fails is left
alone for a while. A batch is labelled with its host, so that `normalise` accepts from a host only its own statuses by
its own accounts.
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
from pipeline.sources.lookup_contract import LookupResult
from pipeline.sources.mastodon.api import AGENT, base_of
from pipeline.sources.mastodon.status_records import StatusRecords
from pipeline.sources.retry_after import retry_after_s

ANSWER_S = 10.0
LARGEST_STATUS = 512 * 1024
LEFT_ALONE_S = 600.0
"""Seconds that a host is left alone after a failure, unless it asks for another time."""
_LOCAL_ID = re.compile(r"([a-z0-9.:\[\]-]+)/(\d{1,30})")


class _Status(msgspec.Struct):
    id: str = ""
    uri: str = ""


_decode = msgspec.json.Decoder(_Status).decode


def public_address(host: str) -> str:
    """Return an address of a host.

    Raises:
        OSError: the host has none, or one of them is not of the public internet.
    """
    found = {str(row[4][0]) for row in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    if not found or not all(_is_public(address) for address in found):
        raise OSError(f"{host} is not on the public internet")
    return min(found, key=lambda address: ":" in address)


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo):
        return False  # it wraps an IPv4 address
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class MastodonLookup:
    """Look-up at the configured servers and at the hosts that statuses name."""

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

    def look(self, ids: Sequence[str]) -> LookupResult:
        """Ask for statuses one after the other, as `Lookup.look` describes. A failing host does not affect other
        hosts."""
        deleted: list[str] = []
        fresh: dict[str, list[RawRecord]] = {}
        unsure = 0
        for post_id in ids:
            own = _LOCAL_ID.fullmatch(post_id.removeprefix("mastodon:"))
            found = self._one(own[1], own[2]) if own else None
            if own is None or found is None:
                unsure += 1
            elif found == b"":
                deleted.append(post_id)
            else:
                fresh.setdefault(own[1], []).append(RawRecord(int(time.time() * 1000), found))
        return LookupResult(deleted, [RawBatch(LOOKUP, records, host) for host, records in fresh.items()], unsure)

    def _one(self, host: str, number: str) -> bytes | None:
        """Return the record of a status, b"" if it is deleted or its author opted out, None if that is unknown."""
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
            pause_s = retry_after_s(after, LEFT_ALONE_S)
            self._left_alone[host] = time.monotonic() + min(pause_s, 6 * LEFT_ALONE_S)
            if len(self._left_alone) > 10_000:
                self._left_alone.clear()
            return None
        try:
            status_found = _decode(data)
        except (msgspec.MsgspecError, ValueError):
            return None
        if status_found.id != number or urlsplit(status_found.uri).netloc.lower() != host:
            return None  # not the status that was requested
        return StatusRecords(host, consent=self._consent).requested(data) or b""

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
