"""Frames while the wheel turns over the list: requestAnimationFrame times, with every dropped one.

A frame is dropped by the page if its thread works longer than one lasts, by the machine if the thread waits for a core.
"""

from __future__ import annotations

import itertools
import time
from typing import Any

from playwright.sync_api import Browser, Page

from bench.page.tasks import Trace, work_of_tasks

FRAME_MS = 1000 / 60
WHEEL_PX = 240
PLAIN = (
    "<!doctype html><style>body { margin: 0; font: 15px/22px sans-serif } #list { height: 800px; overflow: auto }"
    " article { padding: 12px; border-bottom: 1px solid #ccc }</style><div id=list>"
    + "".join(
        f"<article><b>Somebody {n}</b><p>A line of text as long as a post, number {n}.</p></article>"
        for n in range(2_000)
    )
    + "</div>"
)
FRAMES = """seconds => new Promise(done => {
  const times = [], end = performance.now() + seconds * 1000;
  const step = now => { times.push(now); now < end ? requestAnimationFrame(step) : done(times); };
  requestAnimationFrame(step);
})"""


def frames_while_scrolling(browser: Browser, page: Page, seconds: float) -> dict[str, Any]:
    """Return frames a second, how many were dropped, and the gaps (ms) in which they were, the longest first.

    Then half as long again under a trace, which costs frames itself: of so many tasks of the page's thread, how many
    took more processor time than a frame lasts, and the most that one took (ms).
    """
    gaps = _gaps(page, seconds)
    late = sorted((gap for gap in gaps if gap > 1.5 * FRAME_MS), reverse=True)
    trace = Trace(browser)
    _gaps(page, seconds / 2)
    work = work_of_tasks(trace.stop())
    return {
        "a_second": _a_second(gaps),
        "dropped": sum(round(gap / FRAME_MS) - 1 for gap in late),
        "of": round(sum(gaps) / FRAME_MS),
        "gaps_ms": [round(gap) for gap in late][:40],
        "tasks": len(work),
        "tasks_over_a_frame": sum(1 for ms in work if ms > FRAME_MS),
        "most_work_ms": round(max(work, default=0)),
    }


def frames_of_a_plain_page(browser: Browser, seconds: float) -> float:
    """Return the frames a second of a page of plain text that is scrolled in the same way: what the machine can do."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_content(PLAIN)
    gaps = _gaps(page, seconds)
    page.close()
    return _a_second(gaps)


def _a_second(gaps: list[float]) -> float:
    return round(1000 * len(gaps) / max(1.0, sum(gaps)), 1)


def _gaps(page: Page, seconds: float) -> list[float]:
    """Turn the wheel so long; return the ms between frame and frame."""
    page.locator("#list").hover()
    handle = page.evaluate_handle(f"({{ times: ({FRAMES})({seconds}) }})")
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.mouse.wheel(0, WHEEL_PX)
        page.wait_for_timeout(16)
    times: list[float] = page.evaluate("async held => await held.times", handle)
    return [later - earlier for earlier, later in itertools.pairwise(times)]
