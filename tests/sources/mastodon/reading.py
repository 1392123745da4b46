"""Mastodon sources that read servers on this machine, and cursors to begin at."""

from __future__ import annotations

import json
import time
from typing import Any

from pipeline.sources.mastodon.source import MastodonSource
from tests.sources.background_reading import Reading, until
from tests.sources.simulators.mastodon import Mastodon


def read(*servers: Mastodon, cursor: str | None = None, tags: tuple[str, ...] = (), **more: Any) -> Reading:
    token = next((server.token for server in servers if server.token), "")
    source = MastodonSource(tuple(server.url for server in servers), tags, token, **more)
    return Reading(source, cursor, consent=more.get("consent", True))


def listening(*servers: Mastodon) -> None:
    until(lambda: all(server.streams for server in servers))


def cursor_text(server: Mastodon, newest: str, ago_s: float = 60.0) -> str:
    return json.dumps({server.host: {"newest": newest, "at_ms": int((time.time() - ago_s) * 1000)}})
