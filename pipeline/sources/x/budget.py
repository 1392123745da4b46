"""Budget of posts that may be read from X in a calendar month (UTC): counts them and grants how many may be read next.

X charges for every delivered post, and a rule cannot be slowed, so reading is: without a limit until `SLOW_FROM` of the
budget is used, then a few posts every `STEP_S` seconds, so that the rest lasts until the month ends, then not at all. A
fiftieth is kept back for posts that arrive while the connection closes. `lookup_share` is the part of the setting that
look-ups may spend. Pure: the clock is passed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

SLOW_FROM = 0.8
"""Share of the budget after which reading slows down."""
STEP_S = 600.0
"""Seconds between two grants of a slowed budget."""
KEPT_BACK = 50
"""One post in this many is kept back for posts that arrive while the connection closes."""
LOOKUP_SHARE = 10
"""One post in this many of X_MONTHLY_POSTS may be spent on looking up stored posts."""


@dataclass(frozen=True)
class Grant:
    """Permission to read `posts` posts (None: all that come) until a time (seconds since 1970).

    `step`: reading stops at that count until then; otherwise the next grant follows at once.
    """

    posts: int | None
    until_s: float
    step: bool = False


class Budget:
    """Counter of one month. `posts` 0: no limit, posts are only counted. `lookup_posts` is shown to people only."""

    def __init__(self, posts: int, lookup_posts: int = 0) -> None:
        self.posts = posts
        self._lookup_posts = lookup_posts
        self.month = ""
        self.count = 0
        self._stop_at = max(0, posts - max(1, posts // KEPT_BACK))

    def restore(self, month: str, count: int) -> None:
        """Continue with the count of a cursor, never with less than was counted here."""
        if month > self.month:
            self.month, self.count = month, count
        elif month == self.month:
            self.count = max(self.count, count)

    def spend(self, posts: int, now_s: float) -> None:
        """Count delivered posts."""
        self._start_month(now_s)
        self.count += posts

    def grant(self, now_s: float) -> Grant:
        """Return how many posts may be read from now on, and until when that holds."""
        self._start_month(now_s)
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
        """Tell whether reading is slowed to a sample."""
        return bool(self.posts) and self.count >= int(SLOW_FROM * self._stop_at)

    def spent(self) -> bool:
        """Tell whether the month's budget is used up."""
        return bool(self.posts) and self.count >= self._stop_at

    def describe_sample(self) -> str:
        """Return a text for people: the budget is slowed to a sample."""
        return f"{self.describe()}: only a sample is read, a few posts every {STEP_S / 60:.0f} minutes"

    def describe(self) -> str:
        """Return a text for people: how much of the budget is used; "" without a budget."""
        if not self.posts:
            return ""
        more = f" ({self._lookup_posts:,} more for look-ups)" if self._lookup_posts else ""
        return f"{self.count:,} of {self.posts:,} posts this month{more}"

    def _start_month(self, now_s: float) -> None:
        month = datetime.fromtimestamp(now_s, UTC).strftime("%Y-%m")
        if month > self.month:
            self.month, self.count = month, 0


def lookup_share(monthly_posts: int, recheck_hours: int, x_recheck: str) -> int:
    """Return how many posts a month look-ups may spend; the stream has the rest, so neither counts the other's
    posts."""
    return monthly_posts // LOOKUP_SHARE if recheck_hours and x_recheck != "compliance" else 0


def month_end_s(now_s: float) -> float:
    """Return when the month of a time ends, in seconds since 1970."""
    now = datetime.fromtimestamp(now_s, UTC)
    return datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC).timestamp()
