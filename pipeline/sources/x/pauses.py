"""How long X is left alone after a failure, as it asks: a network's, an answer's and a limit's failures apart.

docs.x.com/x-api/posts/filtered-stream/integrate/handling-disconnections: network errors linearly from 250 ms to 16 s,
HTTP errors doubling from 5 s to 320 s, 429 doubling from a minute. Starts over when something was heard, not when a
connection was merely made.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

NETWORK, ANSWER, LIMIT = "network", "answer", "limit"


@dataclass
class Pauses:
    """Counts failures in a row of each kind. `scale` is for tests, which have less time than X."""

    scale: float = 1.0
    _failures: dict[str, int] = field(default_factory=dict)

    @property
    def failures(self) -> int:
        """How many failures there were since something was heard."""
        return sum(self._failures.values())

    def heard(self) -> None:
        """Start over."""
        self._failures.clear()

    def after(self, kind: str, asked_s: float = 0.0) -> float:
        """Count a failure; return the pause in seconds, at least what X asked for, within reason."""
        before = self._failures.get(kind, 0)
        self._failures[kind] = before + 1
        if kind == NETWORK:
            pause_s = min(16.0, 0.25 * (before + 1))
        else:
            first_s, longest_s = (60.0, 960.0) if kind == LIMIT else (5.0, 320.0)
            pause_s = min(longest_s, first_s * 2 ** min(before, 10)) * random.uniform(1.0, 1.1)
        return max(pause_s * self.scale, min(asked_s, 960.0))
