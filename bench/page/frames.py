"""Frames while a reader scrolls: counts shown, late and dropped frames in the trace of Chromium's compositor.

Chromium makes one scroll step in each frame, as a touchpad does, so that the measuring takes no core. A frame is shown
if the list moved in it. A frame is late if the page's own change came a frame after the move. A reader sees a late
frame only where cards are missing, so missing cards are counted too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Browser

from bench.page.cdp_window import Window
from bench.page.stolen_time import Clocks, Span, Stolen, away_s
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
MIDDLE = """(box => [box.left + box.width / 3, box.top + box.height / 2])(
  document.querySelector("#list").getBoundingClientRect())"""
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


def frames_while_scrolling(browser: Browser, window: Window, px_a_second: int, seconds: float) -> dict[str, Any]:
    """Scroll the list at a speed; return the shown, late and dropped frames (with the time of each dropped one, s).

    A second pass, half as long, runs under a trace of tasks, which costs frames itself. It returns the number of tasks
    of the page's main thread, the number with more processor time than a frame lasts, the longest (ms), and the number
    of frames in which a card was missing in view.
    """
    figures = _shown(browser, window, px_a_second, seconds)
    trace = Trace(browser)
    window.value(f"void (looked = ({LOOK})({seconds / 2}))")
    _scroll(window, -px_a_second, seconds / 2)
    looked, blank = window.value("looked")
    work = work_of_tasks(trace.stop())
    return figures | {
        "looked": looked,
        "blank": blank,
        "tasks": len(work),
        "tasks_over_a_frame": sum(1 for ms in work if ms > FRAME_MS),
        "most_work_ms": round(max(work, default=0)),
    }


def frames_of_a_plain_page(browser: Browser, px_a_second: int, seconds: float) -> dict[str, Any]:
    """Scroll a page of plain text in the same way; return its frames: the best that the machine can do."""
    window = Window(browser)
    window.value(f"void document.write({json.dumps(PLAIN)})")
    figures = _shown(browser, window, px_a_second, seconds)
    window.close()
    return figures


def _shown(browser: Browser, window: Window, px_a_second: int, seconds: float) -> dict[str, Any]:
    stolen, clocks = Stolen(), Clocks()
    trace = Trace(browser, FRAMES)
    _scroll(window, px_a_second, seconds)
    taken, held = stolen.percent(), clocks.stop()
    return {"stolen": taken} | frames_of(trace.stop(), held)


def _scroll(window: Window, px_a_second: int, seconds: float) -> None:
    """Scroll the list down (up with a negative speed); return when the gesture has ended."""
    x, y = window.value(MIDDLE)
    gesture = {
        "x": x,
        "y": y,
        "yDistance": round(-px_a_second * seconds),
        "speed": abs(px_a_second),
        "gestureSourceType": "mouse",
    }
    window.call("Input.synthesizeScrollGesture", **gesture)


def a_second(shown: int, dropped: int) -> float:
    """Return the frames shown a second, on a screen of 60 Hz."""
    return round(60 * shown / max(1, shown + dropped), 1)


def frames_of(events: list[dict[str, Any]], held: Sequence[Span] = ()) -> dict[str, Any]:
    """Return the numbers of shown, late and dropped frames of the scrolled page. Each frame of the screen counts once.

    `while_away` counts the dropped frames during which, or within a frame of which, a processor was away (`held`, from
    `Clocks`).
    """
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
    lost = sorted(at / 1e6 for name, at in dropped.items() if name not in shown)
    near = FRAME_MS / 1000
    return {
        "a_second": a_second(len(shown), len(lost)),
        "shown": len(shown),
        "dropped": len(lost),
        "while_away": sum(1 for at in lost if away_s(held, at - near, at + near) > 0),
        "dropped_at_s": [round(at - began / 1e6, 2) for at in lost],
        "late": len(late),
        "unpainted": len(unpainted),
    }
