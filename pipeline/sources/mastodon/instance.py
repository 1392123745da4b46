"""Facts that a Mastodon server states of itself: version, domain of its accounts, address of its streams, closed feeds.

They come from `GET /api/v2/instance`, of servers without it from `/api/v1/instance`. A closed feed
(`configuration.timelines_access`, Mastodon 4.5 and later) still answers 200 and sends heartbeats, but never a status. A
fact that is missing or of another type is left out.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

FEEDS = {"public": ("local", "remote"), "public:local": ("local",), "public:remote": ("remote",)}
"""Values of MASTODON_FEED, and whose statuses each carries: those of the server's own accounts, and all others."""
CLOSED = "disabled"
"""Access that a server states for a feed that its admin closed."""

_HOST = re.compile(r"[^\s/@:?#]{1,253}(?::[0-9]{1,5})?")
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class InstanceFacts(msgspec.Struct, frozen=True):
    """Facts of one server.

    `streaming` is the address of its streams (http or https), "" if it states none. `named` says whether the server
    itself answered, and not another one that it redirects to. `access` maps a feed to whose statuses it may show.
    `domain` is the host in the handles of its accounts, "" if it states none; `WEB_DOMAIN` lets it differ from its own.
    """

    version: str = "?"
    streaming: str = ""
    named: bool = True
    access: dict[str, dict[str, str]] = {}
    domain: str = ""

    def account_domain(self, host: str) -> str:
        """Return the domain of the server's accounts where it is not its host; "" else, or if another answered."""
        return self.domain if self.named and self.domain != host else ""

    def closed(self, feed: str, *, tagged: bool) -> tuple[str, ...]:
        """Return which parts of a feed ("local", "remote") the admin has closed; `tagged`: of hashtags."""
        access = self.access.get("hashtag_feeds" if tagged else "live_feeds", {})
        return tuple(part for part in FEEDS[feed] if access.get(part) == CLOSED)


def facts_of(answer: bytes, base: str, *, named: bool) -> InstanceFacts:
    """Return the facts of an answer to `/api/v2/instance` or `/api/v1/instance`; none if it cannot be read.

    A server that is requested by https never has its streams requested without.
    """
    try:
        tree = _decode(answer)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return InstanceFacts(named=named)
    configuration = _object(tree, "configuration")
    stated = _object(configuration, "urls").get("streaming") or _object(tree, "urls").get("streaming_api")
    streaming = ""
    if isinstance(stated, str) and stated.startswith(("wss://", "ws://")):
        secure = stated.startswith("wss://") or base.startswith("https://")
        streaming = ("https" if secure else "http") + stated[stated.index("://") :].rstrip("/")
    access = _object(configuration, "timelines_access")
    return InstanceFacts(
        str(tree.get("version", "?")),
        streaming,
        named,
        {name: {part: str(value) for part, value in _object(access, name).items()} for name in access},
        _domain_of(tree),
    )


def _domain_of(tree: dict[str, Any]) -> str:
    """Return `domain` of version 2, or `uri` of version 1 of the answer, where it is a host and nothing else."""
    stated = tree.get("domain", tree.get("uri"))
    return stated.lower() if isinstance(stated, str) and _HOST.fullmatch(stated) else ""


def _object(tree: dict[str, Any], name: str) -> dict[str, Any]:
    found = tree.get(name)
    return found if isinstance(found, dict) else {}
