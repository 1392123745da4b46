"""Hosts of links: reads the host of a URL (lower case, Unicode, no "www."), and the distinct hosts of links."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from functools import lru_cache

from pipeline.post import Link

_AUTHORITY = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?(\[[0-9a-f:.]+\]|[^/?#:\s]+)", re.I)


@lru_cache(maxsize=8192)
def host_of(url: str) -> str:
    """Return the host of a URL, lower case, in Unicode (no punycode), without "www."; "" where it has no dot."""
    found = _AUTHORITY.match(url)
    if not found:
        return ""
    host = found[1].lower().rstrip(".")
    if "xn--" in host:
        with contextlib.suppress(UnicodeError):
            host = host.encode("ascii").decode("idna")
    return host.removeprefix("www.") if "." in host or host.startswith("[") else ""


def hosts_of(links: Iterable[Link]) -> list[str]:
    """Return the distinct hosts of links, in order."""
    hosts = dict.fromkeys([host_of(link.url) for link in links])
    return [host for host in hosts if host]
