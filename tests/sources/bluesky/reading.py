"""Bluesky sources that read Jetstream servers on this machine, and cursors to begin at."""

from __future__ import annotations

import time
from typing import Any

from pipeline.sources.bluesky.source import BlueskySource
from tests.sources.background_reading import Reading
from tests.sources.simulators.bluesky_api import BlueskyApi
from tests.sources.simulators.jetstream import Jetstream

HOUR_US = 3_600_000_000


def now_us() -> int:
    return int(time.time() * 1e6)


def source_of(*servers: Jetstream, silence_s: float = 20.0, newer: bool = False) -> BlueskySource:
    urls = tuple(server.newer_url if newer else server.url for server in servers)
    return BlueskySource(urls, "", silence_s=silence_s)


def read(*servers: Jetstream, cursor: str | None = None, **more: Any) -> Reading:
    return Reading(source_of(*servers, **more), cursor)


def read_with_names(server: Jetstream, api: BlueskyApi) -> Reading:
    """Read a server with the profiles of an API."""
    return Reading(BlueskySource((server.url,), api.url))


def cursor_text(time_us: int, server: Jetstream | None = None, seq: int = 0) -> str:
    host = f"127.0.0.1:{server.port}" if server is not None else "elsewhere.example"
    return f'{{"time_us":{time_us},"host":"{host}","seq":{seq}}}'
