"""Names in the cluster: indices by kind, generation and period, and keys of documents.

Posts are stored in one index a month, so that retention can drop whole indices. A post that is older than a year when
it arrives goes into an index of its year: some networks import posts of twenty years. Sends no request.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.store.elastic.document_fields import MAX_MS

_MS_A_YEAR = 366 * 86_400_000
_FIRST_YEAR = 2006
BEFORE = "before"
"""Period of all posts created before `_FIRST_YEAR`."""

MAX_KEY_BYTES = 480
_PERIOD = re.compile(r"\d{4}(\.\d{2})?|before")


def period_of(created_at: int, now_ms: int) -> str:
    """Return the period in which a post created at a time (ms) is stored now: "2026.11", "2019", or "before"."""
    moment = datetime.fromtimestamp(min(max(created_at, 0), MAX_MS) / 1000, UTC)
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
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000) if year <= 9999 else MAX_MS + 1


def key(text: str) -> str:
    """Return the key of an id's document: the id, or its hash if the server would refuse the id as too long."""
    if len(text) * 4 <= MAX_KEY_BYTES or len(text.encode()) <= MAX_KEY_BYTES:
        return text
    return "~" + hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class IndexNames:
    """Names under a prefix. Each migration raises `generation`, so that old and new indices exist side by side."""

    prefix: str
    generation: int = 1

    @property
    def posts(self) -> str:
        """Alias of all indices of posts."""
        return f"{self.prefix}-posts"

    @property
    def all_posts(self) -> str:
        """Pattern of this generation's indices of posts."""
        return f"{self.posts}-{self.generation}-*"

    @property
    def all_raws(self) -> str:
        """Pattern of the indices of raw records."""
        return f"{self.prefix}-raws-*"

    @property
    def state(self) -> str:
        """Index of all that the store keeps beside posts (`state_documents`)."""
        return f"{self.prefix}-state"

    def posts_of(self, period: str) -> str:
        """Return the index of a period's posts."""
        return f"{self.posts}-{self.generation}-{period}"

    def raws_of(self, period: str) -> str:
        """Return the index of a period's raw records."""
        return f"{self.prefix}-raws-{period}"

    def period(self, index: str) -> str | None:
        """Return the period of an index, None if it is no index of this generation's posts."""
        period = index.removeprefix(f"{self.posts}-{self.generation}-")
        return period if period != index and _PERIOD.fullmatch(period) else None
