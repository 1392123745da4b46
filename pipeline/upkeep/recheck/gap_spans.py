"""Spans around gaps: computes which posts to re-check, those written in a gap or shortly before it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.store.contract import CoverageRow
from pipeline.upkeep.recheck.progress import PostSpan

AROUND_MS = 86_400_000
"""Milliseconds before a gap whose posts are checked: most posts are deleted while they are young."""
MOST_POSTS = 20_000
"""At most this many posts are checked for a gap, the newest: a quarter of an hour of calls to Bluesky."""
MOST_GAPS = 200


def spans_of(rows: Iterable[CoverageRow], source: str, until_ms: int) -> dict[str, PostSpan]:
    """Return name → span for each finished gap of a source, the last `MOST_GAPS`; a gap's name never changes."""
    gaps = [row for row in rows if row.source == source and row.why and row.until is not None]
    return {
        f"{row.since}-{row.until}": PostSpan(row.since - AROUND_MS, min(row.until or 0, until_ms), left=MOST_POSTS)
        for row in gaps[-MOST_GAPS:]
    }
