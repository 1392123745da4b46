"""Wires of Jetstream servers: the newer one is spoken first, the older where a server does not know it.

A server that knows `network.bsky.jetstream.subscribeEvents` numbers its events, says when a repository's chain of
commits broke (`#sync`), and passes from its past to its present without leaving anything out. Older servers answer that
path with 404 (or whatever the proxy before them says), and are then asked for `/subscribe`. The answer is remembered
for a server, and asked for again after `ASK_AGAIN_S`, because servers are replaced under their names.
"""

from __future__ import annotations

from pipeline.sources.bluesky.connection import StreamRefused
from pipeline.sources.bluesky.jetstream_url import is_newer, newer_url
from pipeline.sources.bluesky.joining.server_clock import SystemClock

ASK_AGAIN_S = 3_600.0
"""Seconds after which a server that knew only the older wire is asked for the newer one again."""
UNKNOWN_PATH = frozenset({200, 400, 401, 403, 404, 405, 406, 410, 421, 426, 501})
"""HTTP statuses by which a server, or the proxy before it, says that it does not serve a path."""


class Wires:
    """Which wire each server is asked for. Used by the reading thread only."""

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock
        self._older_since_s: dict[str, float] = {}

    def address(self, url: str) -> str:
        """Return a server's URL of the wire to ask for."""
        newer = newer_url(url)
        since_s = self._older_since_s.get(url)
        if newer is None or (since_s is not None and self._clock.monotonic_s() - since_s < ASK_AGAIN_S):
            return url
        return newer

    def refused(self, url: str, address: str, error: StreamRefused) -> bool:
        """Note that a server refused an address; return whether its older wire is to be asked for instead."""
        if not is_newer(address) or newer_url(url) is None:
            self._older_since_s.pop(url, None)  # it serves neither wire now: begin with the newer one again
            return False
        if error.status not in UNKNOWN_PATH:
            return False
        self._older_since_s[url] = self._clock.monotonic_s()
        return True
