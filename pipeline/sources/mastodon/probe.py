"""Probe of Mastodon servers for `murmur doctor`: opens and closes each stream as the source does, and reads no post.

It asks where the server says that its streams are, reports its version, and names feeds that its admin closed;
`cursor_age` reports when the streams were last heard.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import urllib3

from pipeline.sources.contract import PROBE_TIMEOUT_S, Probed
from pipeline.sources.mastodon.api import MastodonApi, ServerUnavailable
from pipeline.sources.mastodon.cursor_text import decode_cursor
from pipeline.sources.mastodon.instance import FEEDS


def probe(servers: tuple[str, ...], token: str, tags: tuple[str, ...] = (), feed: str = "public") -> list[Probed]:
    """Return one finding for each server."""
    tag = tags[0].lstrip("#") if tags else ""
    with ThreadPoolExecutor(max(1, min(16, len(servers)))) as pool:
        return list(pool.map(lambda server: _server(server, tag, token, feed), servers))


def _server(server: str, tag: str, token: str, feed: str) -> Probed:
    api = MastodonApi(server, tag, token, feed=feed, timeout_s=PROBE_TIMEOUT_S)
    try:
        facts = api.facts()
        stream = api.open_stream(PROBE_TIMEOUT_S)
        try:
            if stream.status in (401, 403) and not token:
                return Probed(False, f"{server}: wants a token: MASTODON_TOKEN, of a person")
            api.check_stream(stream)
        finally:
            stream.close()
    except ServerUnavailable as error:
        refused = error.status in (401, 403)
        return Probed(False, f"{server}: {'the token is not accepted' if refused else error}")
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        return Probed(False, f"{server}: cannot be reached: {error}"[:300])
    finally:
        api.close()
    closed = facts.closed(feed, tagged=bool(tag))
    words = f"{server}: version {facts.version[:40]}, streams {'with the token' if token else 'without a token'}"
    if closed:
        words += f"; its admin closed the {' and '.join(closed)} feed: no status comes from there"
    return Probed(len(closed) < len(FEEDS[feed]), words)


def cursor_age(cursor: str) -> Probed | None:
    """Return how long ago the oldest of the streams was heard, None where none was."""
    times = [position.at_ms for position in decode_cursor(cursor).values() if position.at_ms]
    return Probed(True, f"last received {max(0, int(time.time() - min(times) / 1000))} s ago") if times else None
