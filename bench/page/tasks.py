"""Tasks of the page's main thread, read from a trace of Chromium: the length of each, and its processor time.

The two differ on a busy machine: a task of 30 ms of work may wait 200 ms for a core.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Browser

from bench.page.stolen_time import Span, away_s

TASKS = ("toplevel", "devtools.timeline")
TASK = "ThreadControllerImpl::RunTask"
LONG_MS = 50.0
"""Milliseconds from which a task counts as long."""
MOST = 20
"""Long tasks that are reported at most."""
SHOWN_OF_ONE = 3
"""Events named for each task."""


class Trace:
    """Trace of the whole browser, from the making of the object to `stop`."""

    def __init__(self, browser: Browser, categories: Sequence[str] = TASKS) -> None:
        self._events: list[dict[str, Any]] = []
        self._done = False
        self._session = browser.new_browser_cdp_session()
        self._session.on("Tracing.dataCollected", lambda data: self._events.extend(data["value"]))
        self._session.on("Tracing.tracingComplete", lambda _: self._finish())
        config = {"includedCategories": list(categories)}
        self._session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})

    def _finish(self) -> None:
        self._done = True

    def stop(self) -> list[dict[str, Any]]:
        """Stop the trace and return its events."""
        self._session.send("Tracing.end")
        while not self._done:
            self._session.send("Browser.getVersion")  # any command: Playwright delivers pending events during it
        self._session.detach()
        return self._events


def long_tasks(events: list[dict[str, Any]], held: Sequence[Span] = ()) -> list[dict[str, Any]]:
    """Return the tasks of 50 ms and more of the page's main thread, the longest first.

    Each has its start (`at_s` in the trace), length (`ms`), processor time (`cpu_ms`), the time in which a processor
    was away (`away_ms`, from `held` of `Clocks`), and the events that took most of it (`did`).
    """
    mine = _of_page(events)
    began = min((event["ts"] for event in mine), default=0)
    tasks = [event for event in mine if event["name"] == TASK and event["dur"] >= LONG_MS * 1000]
    tasks.sort(key=lambda event: -float(event["dur"]))
    return [
        {
            "at_s": round((one["ts"] - began) / 1e6, 1),
            "ms": round(one["dur"] / 1000),
            "cpu_ms": round(one.get("tdur", 0) / 1000),
            "away_ms": round(1000 * away_s(held, one["ts"] / 1e6, (one["ts"] + one["dur"]) / 1e6)),
            "did": _inside(one, mine),
        }
        for one in tasks[:MOST]
    ]


def work_of_tasks(events: list[dict[str, Any]]) -> list[float]:
    """Return the processor time of each task of the page's main thread in ms, the longest first."""
    return sorted((one.get("tdur", 0) / 1000 for one in _of_page(events) if one["name"] == TASK), reverse=True)


def _of_page(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events of the page's main thread: the thread with most function calls."""
    calls: dict[tuple[int, int], int] = {}
    for event in events:
        if event["name"] == "FunctionCall":
            thread = event["pid"], event["tid"]
            calls[thread] = calls.get(thread, 0) + 1
    if not calls:
        return []
    main = max(calls, key=lambda thread: calls[thread])
    return [event for event in events if (event["pid"], event.get("tid")) == main and event.get("ph") == "X"]


def _inside(task: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, int]:
    """Return the events that took most of a task, ms by name. Nested events count for each of their names."""
    spent: dict[str, float] = {}
    for event in events:
        within = task["ts"] <= event["ts"] < task["ts"] + task["dur"]
        if within and "RunTask" not in event["name"]:
            spent[event["name"]] = spent.get(event["name"], 0) + event["dur"] / 1000
    most = sorted(spent.items(), key=lambda one: -one[1])[:SHOWN_OF_ONE]
    return {name: round(ms) for name, ms in most}
