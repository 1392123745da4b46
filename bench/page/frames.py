"""Frames while the wheel turns over the list: requestAnimationFrame times, with every dropped one."""

from __future__ import annotations

import itertools
import time
from typing import Any

from playwright.sync_api import Page

FRAME_MS = 1000 / 60
WHEEL_PX = 240
FRAMES = """seconds => new Promise(done => {
  const times = [], end = performance.now() + seconds * 1000;
  const step = now => { times.push(now); now < end ? requestAnimationFrame(step) : done(times); };
  requestAnimationFrame(step);
})"""


def frames_while_scrolling(page: Page, seconds: float) -> dict[str, Any]:
    """Return frames a second, how many were dropped, and the gaps (ms) in which they were, the longest first."""
    page.locator("#list").hover()
    handle = page.evaluate_handle(f"({{ times: ({FRAMES})({seconds}) }})")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.mouse.wheel(0, WHEEL_PX)
        page.wait_for_timeout(16)
    times: list[float] = page.evaluate("async held => await held.times", handle)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    late = sorted((gap for gap in gaps if gap > 1.5 * FRAME_MS), reverse=True)
    return {
        "a_second": round(1000 * len(gaps) / max(1.0, sum(gaps)), 1),
        "dropped": sum(round(gap / FRAME_MS) - 1 for gap in late),
        "of": round(sum(gaps) / FRAME_MS),
        "gaps_ms": [round(gap) for gap in late][:40],
    }
