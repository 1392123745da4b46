"""Probe of Mastodon servers for `murmur doctor`: opens and closes each public stream, with the token; reads no post.

It also reports each server's version; `cursor_age` reports when the streams were last received.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import msgspec
import urllib3

from pipeline.sources.contract import PROBE_TIMEOUT_S, Probed
from pipeline.sources.mastodon.api import MASTODON_USER_AGENT, base_of
from pipeline.sources.mastodon.cursor_text import decode_cursor


class _Instance(msgspec.Struct):
    version: str = "?"


def probe(servers: tuple[str, ...], token: str) -> list[Probed]:
    """Return one finding for each server."""
    with ThreadPoolExecutor(max(1, min(16, len(servers)))) as pool:
        return list(pool.map(lambda server: _server(server, token), servers))


def _server(server: str, token: str) -> Probed:
    base = base_of(server)
    headers = {"User-Agent": MASTODON_USER_AGENT} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        instance = urllib3.request(
            "GET", f"{base}/api/v2/instance", timeout=PROBE_TIMEOUT_S, retries=False, headers=headers
        )
        stream = urllib3.request(
            "GET",
            f"{base}/api/v1/streaming/public",
            timeout=PROBE_TIMEOUT_S,
            retries=urllib3.Retry(3, connect=0, read=0, respect_retry_after_header=False),
            headers=headers,
            preload_content=False,
        )
        stream.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        return Probed(False, f"{server}: cannot be reached: {error}"[:300])
    try:
        version = msgspec.json.decode(instance.data, type=_Instance).version
    except msgspec.MsgspecError:
        version = "?"
    if stream.status == 200:
        return Probed(
            True, f"{server}: version {version[:40]}, streams {'with the token' if token else 'without a token'}"
        )
    if stream.status in (401, 403):
        return Probed(
            False, f"{server}: " + ("the token is not accepted" if token else "wants a token: MASTODON_TOKEN")
        )
    return Probed(False, f"{server}: the stream answers HTTP {stream.status}")


def cursor_age(cursor: str) -> Probed | None:
    """Return how long ago the oldest of the streams was received, None where none was."""
    times = [position.at_ms for position in decode_cursor(cursor).values() if position.at_ms]
    return Probed(True, f"last received {max(0, int(time.time() - min(times) / 1000))} s ago") if times else None
