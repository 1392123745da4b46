"""Names in the cluster: indices by kind, generation and period, and keys of documents. Sends no request.

Each migration has a generation, so that old and new indices exist side by side; a period is a month or a year
(`periods`). Too long an id is replaced by its hash as key.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pipeline.store.elastic.periods import PERIOD_PATTERN

MAX_KEY_BYTES = 480


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

    @property
    def accounts(self) -> str:
        """Index of what is known of accounts, and of posts that are hidden while one is off (`account_documents`)."""
        return f"{self.prefix}-accounts"

    def posts_of(self, period: str) -> str:
        """Return the index of a period's posts."""
        return f"{self.posts}-{self.generation}-{period}"

    def raws_of(self, period: str) -> str:
        """Return the index of a period's raw records."""
        return f"{self.prefix}-raws-{period}"

    def period(self, index: str) -> str | None:
        """Return the period of an index, None if it is no index of this generation's posts."""
        period = index.removeprefix(f"{self.posts}-{self.generation}-")
        return period if period != index and PERIOD_PATTERN.fullmatch(period) else None
