"""What may be read of X in a calendar month (UTC) before it costs more than is wanted. Pure: the clock is passed in.

A rule cannot be slowed: what is delivered is paid for. So reading itself is: free until `SLOW_FROM` of the budget is
used, then a few posts every `STEP_S`, so that the rest lasts until the month ends, then none. A fiftieth is kept back
for what is on its way when the connection is closed. What is given out is counted before it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

SLOW_FROM = 0.8
STEP_S = 600.0
KEPT_BACK = 50
LOOKUP_SHARE = 10
"""One post in so many of X_MONTHLY_POSTS may be spent on looking stored posts up again."""


@dataclass(frozen=True)
class Grant:
    """So many posts (None: as many as come) until a time (seconds since 1970); `step`: no more than that till then."""

    posts: int | None
    until_s: float
    step: bool = False


class Budget:
    """The posts of one month; `posts` 0: no limit, only counted. `aside`: so many more are kept for something else."""

    def __init__(self, posts: int, aside: int = 0) -> None:
        self.posts = posts
        self._aside = aside
        self.month = ""
        self.count = 0
        self._stop_at = max(0, posts - max(1, posts // KEPT_BACK))

    def restore(self, month: str, count: int) -> None:
        """Go on where a cursor says, never with less than is known here."""
        if month > self.month:
            self.month, self.count = month, count
        elif month == self.month:
            self.count = max(self.count, count)

    def spend(self, posts: int, now_s: float) -> None:
        """Count posts that were delivered."""
        self._turn(now_s)
        self.count += posts

    def grant(self, now_s: float) -> Grant:
        """Return how many posts may be read from now on, and how long that holds."""
        self._turn(now_s)
        end_s = month_end_s(now_s)
        if not self.posts:
            return Grant(None, end_s)
        left = self._stop_at - self.count
        if left <= 0:
            return Grant(0, end_s, step=True)
        free = int(SLOW_FROM * self._stop_at) - self.count
        if free > 0:
            return Grant(free, end_s)
        share = left * STEP_S / max(1.0, end_s - now_s)
        if share >= 1:
            return Grant(min(left, int(share)), min(end_s, now_s + STEP_S), step=True)
        return Grant(1, min(end_s, now_s + STEP_S / share), step=True)

    def slow(self) -> bool:
        """Tell whether only a little at a time is read."""
        return bool(self.posts) and self.count >= int(SLOW_FROM * self._stop_at)

    def spent(self) -> bool:
        """Tell whether nothing more is read this month."""
        return bool(self.posts) and self.count >= self._stop_at

    def sampled(self) -> str:
        """Return, for a person, that only a part is read."""
        return f"{self.told()}: only a sample is read, a few posts every {STEP_S / 60:.0f} minutes"

    def told(self) -> str:
        """Return where the budget is, for a person; "" without one."""
        if not self.posts:
            return ""
        aside = f" ({self._aside:,} more for look-ups)" if self._aside else ""
        return f"{self.count:,} of {self.posts:,} posts this month{aside}"

    def _turn(self, now_s: float) -> None:
        month = datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m")
        if month > self.month:
            self.month, self.count = month, 0


def lookup_share(monthly_posts: int, recheck_hours: int, x_recheck: str) -> int:
    """Return how many posts a month look-ups may spend; the stream has the rest, so that neither counts the other's."""
    return monthly_posts // LOOKUP_SHARE if recheck_hours and x_recheck != "compliance" else 0


def month_end_s(now_s: float) -> float:
    """Return when the month of a time ends, in seconds since 1970."""
    now = datetime.fromtimestamp(now_s, UTC)
    return datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC).timestamp()
