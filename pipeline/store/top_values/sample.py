"""Sample of a top list: counts the newest matches of a search, and compares words with the background.

Words trend in the newest matches, so that earlier ones are counted apart for such a list. A store gives the matches and
looks up its background.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipeline.store.contract import TopField, TopItem
from pipeline.store.top_values.counter import TopCounter, distinct, merge_forms
from pipeline.store.top_values.trending import TRENDING_WINDOW_MS, may_trend, trending, with_background

LookUp = Callable[[Sequence[str]], tuple[Mapping[str, int], int]]
"""Raw tokens → the background's posts by token, and all its posts."""


class TopSample:
    """Counts of one field over the matches of a search, which are added newest first."""

    def __init__(self, field: TopField) -> None:
        self._field = field
        self._recent, self._earlier = TopCounter(field), TopCounter(field)
        self._newest: int | None = None

    def add(self, at: int, body: bytes, original: bytes | None) -> None:
        """Count a match by its time (ms), its wire JSON, and that of its original."""
        if self._newest is None:
            self._newest = at
        is_late = self._field == "trending" and at <= self._newest - TRENDING_WINDOW_MS
        (self._earlier if is_late else self._recent).add(body, original)

    @property
    def posts(self) -> int:
        """Number of matches."""
        return self._recent.posts + self._earlier.posts

    @property
    def newest(self) -> int:
        """Time (ms) of the newest match, 0 where there is none."""
        return self._newest or 0

    @property
    def oldest(self) -> int:
        """Time (ms) at which the oldest match was written, 0 where there is none."""
        return self._earlier.oldest or self._recent.oldest

    def distinct(self) -> tuple[int, int]:
        """Return the number of authors and of stated languages."""
        return distinct([self._recent, self._earlier])

    def items(self, limit: int, *, leave_out: Sequence[str], look_up: LookUp) -> list[TopItem]:
        """Return the list; call it once, after all matches. `leave_out` are words that do not trend."""
        recent, earlier = self._recent, self._earlier
        if self._field in ("words", "trending"):
            merge_forms([recent, earlier])
        if self._field == "trending":
            background = look_up(recent.background_tokens(may_trend(recent)))
            return trending(recent, earlier, *background, leave_out=leave_out, limit=limit)
        items = recent.items(limit)
        if self._field != "words":
            return items
        return with_background(items, recent, *look_up(recent.background_tokens(item.value for item in items)))
