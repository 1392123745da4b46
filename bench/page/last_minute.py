"""Last minute of a run under load: the heap until then, and the tasks of the main thread in it.

Both are apart because a forced collection is a long task itself.
"""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Browser

from bench.page.cdp_window import Window
from bench.page.heap import heap_over_time, slope_per_min
from bench.page.stolen_time import Clocks, Stolen
from bench.page.tasks import Trace, long_tasks

LAST_MINUTE_S = 60.0
"""Seconds at the end of the run whose tasks are traced."""
SETTLED_S = 180.0
"""Seconds after which the slope of the heap counts."""


def heap_before_last_minute(window: Window, seconds: float) -> dict[str, Any]:
    """Return the figures of the heap of a run of `seconds`, once its last minute begins."""
    heap = heap_over_time(window, seconds - _last_s(seconds))
    settled = min(SETTLED_S, seconds / 3)
    return {
        "heap_mb": [round(value, 1) for _, value in heap],
        "heap_slope_mb_a_minute": round(slope_per_min([one for one in heap if one[0] >= settled]), 2),
    }


def tasks_of_last_minute(browser: Browser, seconds: float) -> dict[str, Any]:
    """Return the long tasks of the last minute of a run of `seconds`, and what the host took of it, in percent."""
    stolen, clocks = Stolen(), Clocks()
    trace = Trace(browser)
    time.sleep(_last_s(seconds))
    taken, held = stolen.percent(), clocks.stop()
    return {"tasks": long_tasks(trace.stop(), held), "stolen": taken}


def _last_s(seconds: float) -> float:
    return min(LAST_MINUTE_S, seconds / 2)
