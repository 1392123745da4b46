"""Look-up of Mastodon statuses at the servers they were written on: up to 20 in a request, within each server's limits.

`GET /api/v1/statuses?id[]=…` (Mastodon 4.3 and later) answers those that exist; one that is missing there is requested
alone by `GET /api/v1/statuses/:id`, and so is every status of a server that knows no such request. A status that is
missing, or whose author has opted out, counts as deleted; another becomes a fresh record.

A server that limits its requests is asked again after the reset that it states; its posts come back as `later`. One
that fails is left alone for a while. Servers of MASTODON_SERVERS are requested at their configured address, with the
token. Any other host is a name out of a post: it is requested over HTTPS on port 443 only, at an address checked to be
public, without a token. A batch is labelled with its host, so that `normalise` accepts from a host only its own
statuses by its own accounts.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec
import urllib3

from pipeline.queue.batch import LOOKUP, RawBatch, RawRecord
from pipeline.sources.lookup_contract import LookupResult
from pipeline.sources.mastodon.api import MASTODON_USER_AGENT, STATUSES_AT_ONCE, base_of, statuses_path
from pipeline.sources.mastodon.instance import facts_of
from pipeline.sources.mastodon.rate_limit import is_nearly_used_up, pause_s
from pipeline.sources.mastodon.status_records import StatusRecords

_READ_TIMEOUT_S = 10.0
_STATUS_MAX_BYTES = 512 * 1024
LEFT_ALONE_S = 600.0
"""Seconds that a host is left alone after a failure, unless its answer states another time."""
LIMITED_S, LIMITED_MAX_S = 300.0, 3_600.0
"""Seconds until a host that limits its requests is asked again: where it states no reset, and at most."""
ONE_BY_ONE_S = 86_400.0
"""Seconds for which a host that cannot be asked for several statuses is asked for one after the other."""
LOOK_MAX_S = 60.0
"""Seconds after which a look-up asks for nothing more; what is left comes back as `later`."""
MANY_MAX_BYTES = 8 * 1024 * 1024
NOTED_HOSTS_MAX = 10_000
_LOCAL_ID = re.compile(r"([a-z0-9.:\[\]-]+)/(\d{1,30})")


class _Status(msgspec.Struct):
    id: str = ""
    uri: str = ""


_decode = msgspec.json.Decoder(_Status).decode
_decode_many = msgspec.json.Decoder(list[msgspec.Raw]).decode


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


class _Found:
    """Findings of a look-up so far."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self.fresh: dict[str, list[RawRecord]] = {}
        self.unsure = 0
        self.later: list[str] = []

    def add(self, host: str, number: str, record: bytes) -> None:
        """Add the record of a status that exists, b"" for one that is deleted or whose author opted out."""
        if record:
            self.fresh.setdefault(host, []).append(RawRecord(int(time.time() * 1000), record))
        else:
            self.deleted.append(_id(host, number))


class MastodonLookup:
    """Look-up at the configured servers and at the hosts that statuses name."""

    at_once = STATUSES_AT_ONCE
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
        self._limited: dict[str, float] = {}
        self._one_by_one: dict[str, float] = {}
        self._domains: dict[str, str] = {}

    def look(self, ids: Sequence[str]) -> LookupResult:
        """Ask for statuses, host by host, as `Lookup.look` describes. A failing host does not affect other hosts."""
        found = _Found()
        by_host: dict[str, list[str]] = {}
        for post_id in ids:
            own = _LOCAL_ID.fullmatch(post_id.removeprefix("mastodon:"))
            if own is None:
                found.unsure += 1
            else:
                by_host.setdefault(own[1], []).append(own[2])
        until_s = time.monotonic() + LOOK_MAX_S
        for host, numbers in by_host.items():
            for start in range(0, len(numbers), STATUSES_AT_ONCE):
                self._look_at(host, numbers[start : start + STATUSES_AT_ONCE], found, until_s)
        batches = [RawBatch(LOOKUP, records, host) for host, records in found.fresh.items()]
        pauses = [self._limited.get(host, 0.0) - time.monotonic() for host in by_host if host in self._limited]
        pause_s = min((pause for pause in pauses if pause > 0), default=0.0) if found.later else 0.0
        return LookupResult(found.deleted, batches, found.unsure, later=found.later, pause_s=pause_s)

    def _look_at(self, host: str, numbers: list[str], found: _Found, until_s: float) -> None:
        """Ask a host for statuses: all at once where it can, and one by one what is left."""
        if len(numbers) > 1 and _is_over(self._one_by_one, host) and self._may_ask(host, until_s):
            numbers = self._many(host, numbers, found)
        for number in numbers:
            if self._may_ask(host, until_s):
                record = self._one(host, number)
                if record is not None:
                    found.add(host, number, record)
                    continue
            if not _is_over(self._left_alone, host):
                found.unsure += 1
            elif not _is_over(self._limited, host) or time.monotonic() > until_s:
                found.later.append(_id(host, number))
            else:
                found.unsure += 1  # the answer was no use

    def _may_ask(self, host: str, until_s: float) -> bool:
        if not (_is_over(self._left_alone, host) and _is_over(self._limited, host)) or time.monotonic() > until_s:
            return False
        time.sleep(self._between_s)
        return True

    def _many(self, host: str, numbers: list[str], found: _Found) -> list[str]:
        """Ask for several statuses; return those of which the answer says nothing."""
        status, data = self._request(host, statuses_path(numbers), MANY_MAX_BYTES, no_such_request=(400, 422))
        if status != 200:
            if status in (400, 404, 405, 410, 422):
                _note(self._one_by_one, host, ONE_BY_ONE_S)
            return numbers
        try:
            answered = _decode_many(data)
        except (msgspec.MsgspecError, ValueError):
            _note(self._one_by_one, host, ONE_BY_ONE_S)
            return numbers
        left = dict.fromkeys(numbers)
        for part in answered:
            number = self._number_of(host, bytes(part))
            if number in left:
                del left[number]
                found.add(host, number, self._record(host, bytes(part)))
        return list(left)

    def _one(self, host: str, number: str) -> bytes | None:
        """Return the record of a status, b"" if it is deleted or its author opted out, None if that is unknown."""
        status, data = self._request(host, f"/api/v1/statuses/{number}", _STATUS_MAX_BYTES)
        if status in (404, 410):
            return b""
        if status != 200 or self._number_of(host, data) != number:
            return None  # not the status that was requested
        return self._record(host, data)

    def _record(self, host: str, status: bytes) -> bytes:
        records = StatusRecords(host, consent=self._consent)
        records.account_domain = self._domain(host)
        return records.requested(status) or b""

    def _domain(self, host: str) -> str:
        """Return the domain of a host's accounts, where the host is a part of it; asked once a host.

        Whoever answers a look-up may be anybody, and must not name accounts for another host.
        """
        if host not in self._domains:
            try:
                status, data, _ = self._get(host, "/api/v2/instance", _STATUS_MAX_BYTES)
            except (urllib3.exceptions.HTTPError, OSError, ValueError):
                return ""
            facts = facts_of(data, f"https://{host}", named=status == 200 and len(data) <= _STATUS_MAX_BYTES)
            if len(self._domains) >= NOTED_HOSTS_MAX:
                self._domains.clear()
            domain = facts.account_domain(host)
            self._domains[host] = domain if host.endswith(f".{domain}") else ""
        return self._domains[host]

    @staticmethod
    def _number_of(host: str, status: bytes) -> str:
        """Return the id of a status, "" if it cannot be read or is another host's."""
        try:
            found = _decode(status)
        except (msgspec.MsgspecError, ValueError):
            return ""
        return found.id if urlsplit(found.uri).netloc.lower() == host else ""

    def _request(
        self, host: str, path: str, max_bytes: int, *, no_such_request: tuple[int, ...] = ()
    ) -> tuple[int, bytes]:
        """Return status and body of an answer, (0, b"") without one.

        A host that limits its requests, or leaves little of its limit, is noted until its reset; one in trouble is
        noted, too. `no_such_request` are statuses that are no trouble.
        """
        try:
            status, data, headers = self._get(host, path, max_bytes)
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            status, data, headers = 0, b"", {}
        if status == 429 or is_nearly_used_up(headers):
            _note(self._limited, host, min(max(1.0, pause_s(headers, LIMITED_S)), LIMITED_MAX_S))
        elif status not in (200, 404, 405, 410, *no_such_request) or len(data) > max_bytes:
            _note(self._left_alone, host, min(pause_s(headers, LEFT_ALONE_S), 6 * LEFT_ALONE_S))
            return 0, b""
        return status, data

    def _get(self, host: str, path: str, max_bytes: int) -> tuple[int, bytes, Mapping[str, str]]:
        headers = {"User-Agent": MASTODON_USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"}
        timeout = urllib3.Timeout(connect=5, read=_READ_TIMEOUT_S)
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
            data = answer.read(max_bytes + 1)
            answer.close()
            return answer.status, data, answer.headers


def _id(host: str, number: str) -> str:
    return f"mastodon:{host}/{number}"


def _is_over(noted: dict[str, float], host: str) -> bool:
    return noted.get(host, 0.0) <= time.monotonic()


def _note(noted: dict[str, float], host: str, seconds: float) -> None:
    """Note a host for some seconds; beyond `NOTED_HOSTS_MAX` the oldest note is dropped."""
    noted.pop(host, None)
    noted[host] = time.monotonic() + seconds
    if len(noted) > NOTED_HOSTS_MAX:
        del noted[next(iter(noted))]
