"""Periods by which posts are spread over indices: a month, for older posts a year, or all time before 2006.

Gives the period of a creation time, and the span of a period. Retention can drop the index of a whole period. A post
that is older than a year when it arrives goes into an index of its year, because some networks import posts of twenty
years.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from pipeline.store.elastic.document_fields import TIME_MS_MAX

_MS_A_YEAR = 366 * 86_400_000
_FIRST_YEAR = 2006
BEFORE = "before"
"""Period of all posts created before `_FIRST_YEAR`."""

PERIOD_PATTERN = re.compile(r"\d{4}(\.\d{2})?|before")


def period_of(created_at: int, now_ms: int) -> str:
    """Return the period in which a post created at a time (ms) is stored now: "2026.11", "2019", or "before"."""
    moment = datetime.fromtimestamp(min(max(created_at, 0), TIME_MS_MAX) / 1000, UTC)
    if created_at >= now_ms - _MS_A_YEAR:
        return f"{moment.year:04}.{moment.month:02}"
    return f"{moment.year:04}" if moment.year >= _FIRST_YEAR else BEFORE


def period_span(period: str) -> tuple[int, int]:
    """Return the first ms of a period, and the first ms after it."""
    if period == BEFORE:
        return 0, _ms(_FIRST_YEAR, 1)
    year, _, month = period.partition(".")
    if not month:
        return _ms(int(year), 1), _ms(int(year) + 1, 1)
    ahead = int(year) * 12 + int(month)
    return _ms(int(year), int(month)), _ms(ahead // 12, ahead % 12 + 1)


def _ms(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000) if year <= 9999 else TIME_MS_MAX + 1
