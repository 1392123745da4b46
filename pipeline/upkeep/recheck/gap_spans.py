"""What is to be looked at after gaps: the posts written shortly before each, and in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.store.contract import CoverageRow
from pipeline.upkeep.recheck.progress import PostSpan

AROUND_MS = 86_400_000
"""What was written so long before a gap is looked at after it: most posts are withdrawn when they are young."""
MOST_POSTS = 20_000
"""So many are, the newest: a quarter of an hour of asking Bluesky."""
MOST_GAPS = 200


def spans_of(rows: Iterable[CoverageRow], source: str, until_ms: int) -> dict[str, PostSpan]:
    """Return a span for each gap of a source that is over, the last `MOST_GAPS`, by a name that stays the same."""
    gaps = [row for row in rows if row.source == source and row.why and row.until is not None]
    return {
        f"{row.since}-{row.until}": PostSpan(row.since - AROUND_MS, min(row.until or 0, until_ms), left=MOST_POSTS)
        for row in gaps[-MOST_GAPS:]
    }
