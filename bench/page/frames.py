"""Frames while a reader scrolls, as Chromium's own compositor tells them (its trace of frames), with every dropped one.

A step with each frame, as from a touchpad, made within the browser, so that nothing of the measuring takes a core. A
frame is shown if the list moved in it. It is late if what the page itself had to change came a frame after the list
moved, which is seen only if cards are missing where the reader is: so these are looked for as well.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from playwright.sync_api import Browser, Page

from bench.page.tasks import Trace, work_of_tasks

FRAME_MS = 1000 / 60
FRAMES = ["disabled-by-default-devtools.timeline.frame"]
HEAD = "STATE_"
SHOWN = {"PRESENTED_ALL", "PRESENTED_PARTIAL"}
PLAIN = (
    "<!doctype html><style>body { margin: 0; font: 15px/22px sans-serif } #list { height: 800px; overflow: auto }"
    " article { padding: 12px; border-bottom: 1px solid #ccc }</style><div id=list>"
    + "".join(
        f"<article><b>Somebody {n}</b><p>A line of text as long as a post, number {n}.</p></article>"
        for n in range(2_000)
    )
    + "</div>"
)
LOOK = """seconds => new Promise(done => {
  const list = document.querySelector("#list"), { left, top, bottom } = list.getBoundingClientRect();
  const end = performance.now() + seconds * 1000;
  const empty = y => document.elementFromPoint(left + 40, y)?.matches(".space");
  let looked = 0, blank = 0;
  const look = now => {
    looked++;
    if (empty(top + 4) || empty((top + bottom) / 2) || empty(bottom - 4)) blank++;
    now < end ? requestAnimationFrame(look) : done([looked, blank]);
  };
  requestAnimationFrame(look);
})"""


def frames_while_scrolling(browser: Browser, page: Page, px_a_second: int, seconds: float) -> dict[str, Any]:
    """Return frames shown a second while the list moves so fast, how many were dropped (and when, s), and late ones.

    Then half as long again under a trace of tasks, which costs frames itself: of so many tasks of the page's thread,
    how many took more processor time than a frame lasts, and the most that one took (ms); in how many frames no card
    was drawn where one should be seen.
    """
    figures = _shown(browser, page, px_a_second, seconds)
    trace = Trace(browser)
    held = page.evaluate_handle(f"({{ looked: ({LOOK})({seconds / 2}) }})")
    _scroll(page, -px_a_second, seconds / 2)
    looked, blank = page.evaluate("async held => await held.looked", held)
    work = work_of_tasks(trace.stop())
    return figures | {
        "looked": looked,
        "blank": blank,
        "tasks": len(work),
        "tasks_over_a_frame": sum(1 for ms in work if ms > FRAME_MS),
        "most_work_ms": round(max(work, default=0)),
    }


def frames_of_a_plain_page(browser: Browser, px_a_second: int, seconds: float) -> float:
    """Return the frames a second of a page of plain text that is scrolled in the same way: what the machine can do."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_content(PLAIN)
    figures = _shown(browser, page, px_a_second, seconds)
    page.close()
    return float(figures["a_second"])


def _shown(browser: Browser, page: Page, px_a_second: int, seconds: float) -> dict[str, Any]:
    trace = Trace(browser, FRAMES)
    _scroll(page, px_a_second, seconds)
    return frames_of(trace.stop())


def _scroll(page: Page, px_a_second: int, seconds: float) -> None:
    """Scroll the list down, or up where the speed is negative; return when it is done."""
    box = page.locator("#list").bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    gesture = {
        "x": box["x"] + box["width"] / 3,
        "y": box["y"] + box["height"] / 2,
        "yDistance": round(-px_a_second * seconds),
        "speed": abs(px_a_second),
        "gestureSourceType": "mouse",
    }
    session.send("Input.synthesizeScrollGesture", gesture)
    session.detach()


def frames_of(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what became of the frames of the page that was scrolled: each of the screen's frames counts once."""
    told = [event for event in events if "frame_reporter" in (event.get("args") or {})]
    page = Counter(
        event["pid"] for event in told if event["args"]["frame_reporter"]["scroll_state"] != "SCROLL_NONE"
    ).most_common(1)[0][0]
    shown: set[Any] = set()
    late: set[Any] = set()
    unpainted: set[Any] = set()
    dropped: dict[Any, float] = {}
    mine = [event for event in told if event["pid"] == page]
    for event in mine:
        frame = event["args"]["frame_reporter"]
        name, state = (frame["frame_source"], frame["frame_sequence"]), frame["state"].removeprefix(HEAD)
        if state in SHOWN:
            shown.add(name)
        if state == "PRESENTED_PARTIAL" and frame["affects_smoothness"]:
            late.add(name)
        if state == "DROPPED" and frame["affects_smoothness"]:
            dropped[name] = event["ts"]
        if frame["has_missing_content"]:
            unpainted.add(name)
    began = min(event["ts"] for event in mine)
    lost = sorted((at - began) / 1e6 for name, at in dropped.items() if name not in shown)
    return {
        "a_second": round(60 * len(shown) / max(1, len(shown) + len(lost)), 1),
        "shown": len(shown),
        "dropped": len(lost),
        "dropped_at_s": [round(at, 2) for at in lost],
        "late": len(late),
        "unpainted": len(unpainted),
    }
