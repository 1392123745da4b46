"""Reads what a Mastodon server says about its rate limits: how many requests are left, and how long to wait.

Mastodon answers 429 without `Retry-After`; its `X-RateLimit-Reset` holds the time of the reset in ISO 8601
(app/controllers/concerns/api/rate_limit_headers.rb, 4.6), on every answer of a limited request. The server's `Date` is
taken as the present, so that its clock need not be ours. Servers of other makes send seconds since 1970.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pipeline.sources.retry_after import LONGEST_S, retry_after_s


def pause_s(headers: Mapping[str, str], default_s: float = 0.0) -> float:
    """Return how many seconds a server wants to be left alone: by `Retry-After`, else by `X-RateLimit-Reset`, else
    `default_s`; at most a week."""
    asked_s = retry_after_s(headers.get("Retry-After", ""), -1.0)
    if asked_s >= 0:
        return asked_s
    reset_s = _seconds(headers.get("X-RateLimit-Reset", ""))
    if reset_s is None:
        return default_s
    return min(LONGEST_S, max(0.0, reset_s - _present_s(headers.get("Date", ""))))


def is_nearly_used_up(headers: Mapping[str, str]) -> bool:
    """Return whether at most a tenth of the requests of this period are left, for whoever can wait."""
    left, limit = headers.get("X-RateLimit-Remaining", ""), headers.get("X-RateLimit-Limit", "")
    return (
        left.isascii()
        and left.isdigit()
        and int(left) <= (int(limit) // 10 if limit.isascii() and limit.isdigit() else 0)
    )


def _seconds(text: str) -> float | None:
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return float(text)
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _present_s(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return time.time()
