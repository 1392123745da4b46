"""Pauses after failures of X, as X asks for them: network errors, HTTP errors and rate limits are counted apart.

docs.x.com/x-api/posts/filtered-stream/integrate/handling-disconnections: network errors linearly from 250 ms to 16 s,
HTTP errors doubling from 5 s to 320 s, 429 doubling from a minute. A pause is at least as long as X requested. The
counts start over when something is received, not when a connection is merely made.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

NETWORK, ANSWER, LIMIT = "network", "answer", "limit"
"""Kinds of failures: the connection broke, X answered with an error, X limits the rate."""


@dataclass
class Backoff:
    """Counter of failures in a row of each kind. `scale` multiplies the pauses; tests make it small."""

    scale: float = 1.0
    _failures: dict[str, int] = field(default_factory=dict)

    @property
    def failures(self) -> int:
        """Failures of all kinds since something was received."""
        return sum(self._failures.values())

    def reset(self) -> None:
        """Start over, because something was received."""
        self._failures.clear()

    def pause_after(self, kind: str, requested_s: float = 0.0) -> float:
        """Count a failure; return the pause in seconds, at least `requested_s` (and that at most 16 minutes)."""
        before = self._failures.get(kind, 0)
        self._failures[kind] = before + 1
        if kind == NETWORK:
            pause_s = min(16.0, 0.25 * (before + 1))
        else:
            first_s, longest_s = (60.0, 960.0) if kind == LIMIT else (5.0, 320.0)
            pause_s = min(longest_s, first_s * 2 ** min(before, 10)) * random.uniform(1.0, 1.1)
        return max(pause_s * self.scale, min(requested_s, 960.0))
