"""The goals of the page against the figures of a run, as a table."""

from __future__ import annotations

from typing import Any

SHOWN_DROPS = 12
NOISE = 0.5
"""Frames a second by which two runs of the same page differ."""


def goals(figures: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """Return (what, goal, measured, met) for each promise."""
    first, tasks = figures["first_view"], figures["tasks"]
    longest = tasks[0] if tasks else {"ms": 0, "cpu_ms": 0}
    work = max((one["cpu_ms"] for one in tasks), default=0)
    slope = figures["heap_slope_mb_a_minute"]
    return [
        (
            "first post shown",
            "under 300 ms",
            f"{first['post_ms']} ms (a page of one line: {first['line_ms']} ms)",
            first["post_ms"] < 300 and first["complete"],
        ),
        ("first view, gzipped", "under 150 kB", f"{first['bytes'] / 1000:.0f} kB", first["bytes"] < 150_000),
        (
            "longest task of the last minute",
            "100 ms at most",
            f"{longest['ms']} ms (most work: {work} ms)" if tasks else "under 50 ms",
            longest["ms"] <= 100,
        ),
        ("heap, slope", "under 1 MB a minute", f"{slope:.2f} MB a minute", slope < 1),
        *(_scrolling(20, one) for one in figures["quiet_frames"]),
        *(_scrolling(figures["asked_posts_a_second"], one) for one in figures["frames"]),
        (
            "the load was there",
            f"{figures['asked_posts_a_second']:.0f} posts a second",
            f"{figures['events_a_second']} events a second, {figures['loaded']:,} loaded",
            figures["events_a_second"] >= 0.95 * figures["asked_posts_a_second"],
        ),
    ]


def _scrolling(rate: float, frames: dict[str, Any]) -> tuple[str, str, str, bool]:
    """Where a page of plain text drops frames as well it is the machine that does: then that is the goal."""
    at = ", ".join(f"{second} s" for second in frames["dropped_at_s"][:SHOWN_DROPS])
    dropped = f"{frames['dropped']} of {frames['shown'] + frames['dropped']} dropped{f' ({at})' if at else ''}"
    empty = f"cards missing in {frames['blank']} of {frames['looked']}, paint in {frames['unpainted']}"
    work = f"{frames['tasks_over_a_frame']} of {frames['tasks']} tasks over 16.7 ms of work"
    measured = f"{frames['a_second']} (plain text {frames['plain_a_second']}); {dropped}; {empty}; {work}"
    met = frames["a_second"] >= min(60.0, frames["plain_a_second"]) - NOISE and frames["blank"] == 0
    return f"scrolling {frames['px_a_second']:,} px/s, {rate:.0f} posts/s", "60 frames a second", measured, met


def table(figures: dict[str, Any]) -> str:
    """Return the goals as lines of text."""
    rows = [("what", "goal", "measured", "verdict")]
    rows += [(what, goal, measured, "met" if met else "MISSED") for what, goal, measured, met in goals(figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
