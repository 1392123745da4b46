"""Probe of Bluesky for `murmur doctor`: opens and closes each server's stream, requests one profile; reads no post.

`cursor_age` reports how old a cursor is, and whether the servers still hold the events since then.
"""

from __future__ import annotations

import time

import urllib3

from pipeline.errors import SourceUnavailable
from pipeline.sources.bluesky.connection import PendingConnection, StreamRefused
from pipeline.sources.bluesky.cursor_text import decode_cursor
from pipeline.sources.bluesky.jetstream_url import host_of, subscription_url
from pipeline.sources.bluesky.joining.server_clock import SystemClock
from pipeline.sources.bluesky.joining.wires import Wires
from pipeline.sources.bluesky.profiles import BLUESKY_API_USER_AGENT, PROFILES_PATH
from pipeline.sources.bluesky.source import PUBLIC_SERVERS
from pipeline.sources.contract import PROBE_TIMEOUT_S, Probed

HELD_S = 36 * 3600
"""Seconds that Bluesky's own servers hold events."""
KNOWN_DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
"""DID of Bluesky's own account."""


def probe(urls: tuple[str, ...], api: str) -> list[Probed]:
    """Return findings about the servers and the profile API, within about `PROBE_TIMEOUT_S`, however many servers."""
    servers = urls or PUBLIC_SERVERS
    wires = Wires(SystemClock())
    pending = {url: _connect(wires.address(url)) for url in servers}
    troubles = dict.fromkeys(servers, "no answer")
    end = time.monotonic() + PROBE_TIMEOUT_S
    while pending and time.monotonic() < end:
        for url, connecting in list(pending.items()):
            try:
                if connecting.result() is None:
                    continue
                troubles[url] = ""
            except StreamRefused as error:
                if wires.refused(url, wires.address(url), error):
                    pending[url] = _connect(wires.address(url))
                    continue
                troubles[url] = str(error)
            except SourceUnavailable as error:
                troubles[url] = str(error)
            pending.pop(url).abandon()
        time.sleep(0.02)
    for connecting in pending.values():
        connecting.abandon()
    away = [f"{host_of(url)}: {trouble}" for url, trouble in troubles.items() if trouble]
    text = f"{len(servers) - len(away)} of {len(servers)} servers answer"
    found = [Probed(len(away) < len(servers), "; ".join([text, *away])[:500])]
    return [*found, _api(api)] if api else found


def _connect(address: str) -> PendingConnection:
    return PendingConnection(lambda _: subscription_url(address, None), lambda: None)


def _api(api: str) -> Probed:
    try:
        answer = urllib3.request(
            "GET",
            f"{api.rstrip('/')}{PROFILES_PATH}?actors={KNOWN_DID}",
            timeout=PROBE_TIMEOUT_S,
            retries=False,
            headers={"User-Agent": BLUESKY_API_USER_AGENT},
        )
    except (urllib3.exceptions.HTTPError, OSError) as error:
        return Probed(False, f"profiles cannot be looked up, authors stay DIDs: {error}"[:300])
    well = answer.status == 200
    return Probed(well, "profiles can be looked up" if well else f"profiles: HTTP {answer.status}, authors stay DIDs")


def cursor_age(cursor: str) -> Probed | None:
    """Return how old the cursor is, None if it holds no time."""
    position = decode_cursor(cursor)
    if not position.time_us:
        return None
    age_s = max(0, int(time.time() - position.time_us / 1e6))
    held = age_s < HELD_S
    return Probed(held, f"cursor {age_s} s old" + ("" if held else ": servers hold 36 hours, the rest will be a gap"))
