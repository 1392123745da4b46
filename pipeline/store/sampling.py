"""Where a reading stops being about everything and says so: sample sizes, spans and intervals, for every store."""

from __future__ import annotations

SAMPLED_POSTS = 5_000
"""Tops look at so many of the newest matches, and say how many matched."""

INTERVALS_MS = tuple(
    seconds * 1_000
    for seconds in (
        1,
        5,
        15,
        30,
        60,
        300,
        900,
        1_800,
        3_600,
        10_800,
        21_600,
        43_200,
        86_400,
        604_800,
        2_592_000,
        31_536_000,
    )
)
MAX_BUCKETS = 120


def interval_for(span_ms: int) -> int:
    """Return the finest interval that cuts a span into at most `MAX_BUCKETS` buckets."""
    for interval in INTERVALS_MS:
        if span_ms // interval < MAX_BUCKETS:
            return interval
    return INTERVALS_MS[-1] * (span_ms // (INTERVALS_MS[-1] * MAX_BUCKETS) + 1)
