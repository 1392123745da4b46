"""X sources that read an API on this machine, with intervals for a test."""

from __future__ import annotations

from typing import Any

from pipeline.sources.x.backoff import Backoff
from pipeline.sources.x.source import XSource
from pipeline.sources.x.stream_reader import XTiming
from tests.sources.background_reading import Reading, until
from tests.sources.simulators.x import TOKEN, XApi


def short_timing(silence_s: float) -> XTiming:
    return XTiming(silence_s=silence_s, receive_s=0.05, look_s=0.02, report_s=0.02)


def read(api: XApi, track: str = "snow", cursor: str | None = None, **more: Any) -> Reading:
    given: dict[str, Any] = {
        "timing": short_timing(more.pop("silence_s", 10.0)),
        "backoff": Backoff(scale=0.002),
    } | more
    return Reading(XSource(TOKEN, lambda: track, url=api.url, **given), cursor)


def opened(api: XApi) -> None:
    until(lambda: api.streams)
