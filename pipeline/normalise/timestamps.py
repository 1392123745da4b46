"""Timestamps of sources: reads ISO 8601 times into milliseconds since 1970 in UTC, and finds claims in the future.

A claim is the time at which a record says it was made; one later than the receipt is kept apart. No clock is read here.
"""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.post import MAX_TIME_MS


def iso_to_ms(text: str | None) -> int | None:
    """Return the time of an ISO 8601 text with a zone (UTC where it has none), or None if the text is no such time."""
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=UTC)
        value = round(parsed.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None
    return value if 0 <= value <= MAX_TIME_MS else None


def future_claim(claim_ms: int, received_at: int, precision_ms: int = 1) -> int | None:
    """Return a claimed time that lies after the receipt by at least its precision; otherwise None."""
    return claim_ms if claim_ms - received_at >= precision_ms else None


def truncated_ms(text: str) -> int | None:
    """Return a time of microsecond precision in whole ms, truncated and not rounded, None if it is none."""
    return iso_to_ms(f"{text[:23]}Z" if len(text) == 27 and text.endswith("Z") else text)
