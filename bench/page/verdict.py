"""Verdict: compares the figures of a run with the goals of the page, and formats them as a table."""

from __future__ import annotations

from typing import Any

from bench.page.frames import a_second

SHOWN_DROPS = 12
"""Dropped frames whose times are listed."""
LONG_MS = 100
TAKEN = 0.5
"""Percent of stolen processor time from which a line mentions it."""
LEGEND = "[host n %]: share of the processor time that the host of this virtual machine took meanwhile."
NOISE = 0.5
"""Frames a second by which two runs of one page differ."""


def goals(figures: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return (what, goal, measured, met) for each goal."""
    first = figures["first_view"]
    rows = [
        _first_post("first post shown", 300, first),
        ("first view, gzipped", "under 150 kB", f"{first['bytes'] / 1000:.0f} kB", first["bytes"] < 150_000),
    ]
    if "tasks" in figures:
        rows += _of_one_column(figures)
    if "deck" in figures:
        rows += _of_ten_columns(figures)
    return rows


def _of_one_column(figures: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    slope = figures["heap_slope_mb_a_minute"]
    return [
        _longest("longest task of the last minute", figures),
        ("heap, slope", "under 1 MB a minute", f"{slope:.2f} MB a minute", slope < 1),
        *(_scrolling(figures["quiet_posts_a_second"], one) for one in figures["quiet_frames"]),
        *(_scrolling(figures["asked_posts_a_second"], one) for one in figures["frames"]),
        (
            "load of the run",
            f"{figures['asked_posts_a_second']:.0f} posts a second",
            f"{figures['events_a_second']} events a second, {figures['loaded']:,} loaded",
            figures["events_a_second"] >= 0.95 * figures["asked_posts_a_second"],
        ),
    ]


def _of_ten_columns(figures: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    deck = figures["deck"]
    slope, heap, post = deck["heap_slope_mb_a_minute"], deck["heap_mb"][-1], deck["heap_kb_a_further_post"]
    frames = [one | {"plain_a_second": 60.0, "plain_stolen": 0.0} for one in deck["frames"]]
    return [
        _first_post("ten columns: first post shown", 500, figures["first_view_of_ten"]),
        _longest("ten columns: longest task of the last minute", deck),
        ("ten columns: heap, slope", "under 0.5 MB a minute", f"{slope:.2f} MB a minute", slope < 0.5),
        ("ten columns: heap, 500 posts each", "at most 250 MB", f"{heap:.0f} MB", heap <= 250),
        ("ten columns: heap of a further post", "at most 2.5 kB", f"{post:.2f} kB", post <= 2.5),
        *[_of_ten(_scrolling(500, one)) for one in frames],
    ]


def _of_ten(line: tuple[str, str, str, bool]) -> tuple[str, str, str, bool]:
    what, goal, figure, met = line
    return f"ten columns: {what}", goal, figure, met


def _first_post(what: str, limit_ms: int, first: dict[str, Any]) -> tuple[str, str, str, bool]:
    """Return the line of the time to the first post."""
    measured = f"{first['post_ms']} ms (a page of one line: {first['line_ms']} ms){_host(first['stolen'])}"
    return what, f"under {limit_ms} ms", measured, first["post_ms"] < limit_ms and first["complete"]


def _longest(what: str, figures: dict[str, Any]) -> tuple[str, str, str, bool]:
    """Return the line of the longest task."""
    tasks = figures["tasks"]
    longest = max(tasks, key=lambda one: one["ms"] - one["away_ms"], default=None)
    work = max((one["cpu_ms"] for one in tasks), default=0)
    measured = (_task(longest, work) if longest else "under 50 ms") + _host(figures["stolen"])
    return what, f"{LONG_MS} ms at most", measured, not longest or longest["ms"] - longest["away_ms"] <= LONG_MS


def _task(longest: dict[str, Any], work: int) -> str:
    """Format the longest task. Time in which a processor was away is named, because it does not count as the page's."""
    away = f", a processor was away for {longest['away_ms']} of them" if longest["away_ms"] else ""
    return f"{longest['ms']} ms{away} (most work of one: {work} ms)"


def _scrolling(rate: float, frames: dict[str, Any]) -> tuple[str, str, str, bool]:
    """Return the line of one scroll. Where plain text reaches fewer than 60 frames a second, its figure is the goal."""
    dropped, away, shown = frames["dropped"], frames["while_away"], frames["shown"]
    at = ", ".join(f"{second} s" for second in frames["dropped_at_s"][:SHOWN_DROPS])
    lost = f"{dropped} of {shown + dropped} dropped{f', {away} as a processor was away' if away else ''}"
    empty = f"cards missing in {frames['blank']} of {frames['looked']}, paint in {frames['unpainted']}"
    work = f"{frames['tasks_over_a_frame']} of {frames['tasks']} tasks over 16.7 ms of work"
    plain = f"plain text {frames['plain_a_second']}{_host(frames['plain_stolen'])}"
    measured = (
        f"{frames['a_second']} ({plain}); {lost}{f' ({at})' if at else ''}; {empty}; {work}{_host(frames['stolen'])}"
    )
    goal = min(60.0, frames["plain_a_second"]) - NOISE
    met = a_second(shown, dropped - away) >= goal and frames["blank"] == 0
    return f"scrolling {frames['px_a_second']:,} px/s, {rate:.0f} posts/s", "60 frames a second", measured, met


def _host(percent: float) -> str:
    return f" [host {percent} %]" if percent >= TAKEN else ""


def table(figures: dict[str, Any]) -> str:
    """Return the goals as a table in plain text, with a legend."""
    rows = [("what", "goal", "measured", "verdict")]
    rows += [(what, goal, measured, "met" if met else "MISSED") for what, goal, measured, met in goals(figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], LEGEND])
