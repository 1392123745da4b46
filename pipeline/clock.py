"""This machine's clock in the unit that all stored times use: milliseconds since 1970, UTC."""

from __future__ import annotations

import time


def now_ms() -> int:
    """Return the present time in ms."""
    return time.time_ns() // 1_000_000
