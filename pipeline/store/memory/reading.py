"""What is in a memory store, and one view of it: every row is checked against the tree. Nothing is written here."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from pipeline.errors import QueryTimeout
from pipeline.query.evaluate import matches
from pipeline.query.tree import Query
from pipeline.store import sort_key as place
from pipeline.store.contract import (
    NEWEST,
    Changes,
    Page,
    Sort,
    Timeline,
    Top,
    TopField,
)
from pipeline.store.plan import Stored, with_original
from pipeline.store.timeline_intervals import SAMPLED_POSTS, interval_for
from pipeline.store.bounded_steps import end_of
from pipeline.store.tops import BACKGROUND_HOURS, WINDOW_MS, Tally, trending, with_background


@dataclass
class Contents:
    """All a store holds. Rows are never changed, only replaced, so a shallow copy is a snapshot."""

    rows: dict[str, Stored] = field(default_factory=dict)
    raws: dict[str, bytes] = field(default_factory=dict)
    reach: dict[str, int] = field(default_factory=dict)
    tombstones: dict[str, tuple[int, int]] = field(default_factory=dict)
    background: Counter[tuple[int, str]] = field(default_factory=Counter)
    background_posts: Counter[int] = field(default_factory=Counter)
    note: bytes = b""

    def copy(self) -> Contents:
        return Contents(
            dict(self.rows),
            {},
            dict(self.reach),
            dict(self.tombstones),
            self.background.copy(),
            self.background_posts.copy(),
        )

    def body(self, row: Stored) -> bytes:
        inside = self.rows.get(row.post.repost_of or row.post.quote_of)
        return with_original(row.body, inside.body if inside else None)


def row_place(row: Stored) -> int:
    """Return a row's place, to sort by."""
    return row.place


class MemoryReading:
    """A view of a memory store: every row is checked against the tree, newest first."""

    def __init__(self, contents: Contents, retained_from: int, end: float) -> None:
        self._contents = contents
        self._end = end
        self._rows = sorted(
            (row for row in contents.rows.values() if row.place >= retained_from), key=row_place, reverse=True
        )

    def _found(self, query: Query, since: int | None = None, until: int | None = None) -> Iterator[Stored]:
        low = place.floor(since) if since is not None else 0
        high = place.floor(until) if until is not None else place.MAX_PLACE
        for row in self._rows:
            if time.monotonic() > self._end:
                raise QueryTimeout("the search was stopped after its time limit: make it narrower")
            if low <= row.place < high and matches(query.root, row.document):
                yield row

    def search(
        self,
        query: Query,
        *,
        limit: int,
        before: str | None = None,
        sort: Sort = "latest",
        since: int | None = None,
        until: int | None = None,
    ) -> Page:
        """Return a page in the sort's order; see the contract."""
        ranked = ((self._value(row, sort), row.place, row) for row in self._found(query, since, until))
        if before is not None:
            mark = place.parse_token(before, sort)[:2]
            ranked = (entry for entry in ranked if entry[:2] < mark)
        best = heapq.nlargest(limit + 1, ranked, key=lambda entry: entry[:2])
        last = best[limit - 1] if limit and len(best) > limit else None
        bodies = [self._contents.body(row) for _, _, row in best[:limit]]
        return Page(bodies, place.token(sort, last[0], last[1]) if last else None)

    def _value(self, row: Stored, sort: Sort) -> int:
        if sort == "latest":
            return 0
        if sort == "reach":
            return self._contents.reach[row.post.id]
        return row.document.numbers.get(sort, -1)

    def changes(self, query: Query, *, after: int, gone_after: int, limit: int, until: int = NEWEST) -> Changes:
        """Return what happened after a publication number; see the contract."""
        rows = self._contents.rows.values()
        changed = [row.post for row in rows if row.post.changed and gone_after < row.post.seq <= until]
        tombstones = self.withdrawn(gone_after, limit=limit + 1, until=until)
        found = [row for row in self._found(query) if after < row.post.seq <= until]
        if max(len(changed), len(tombstones), len(found)) > limit:
            return Changes(overflow=True)
        shown = {row.post.id for row in self._found(query)} if changed else set()
        gone = [(post.id, post.version) for post in changed if post.id not in shown]
        return Changes([self._contents.body(row) for row in found], gone, tombstones)

    def stride(self, after: int, *, limit: int, changed: bool = False) -> int | None:
        """Return how far a step of at most `limit` posts and tombstones goes; see the contract."""
        posts = (row.post for row in self._contents.rows.values())
        kinds = ([post.seq for post in posts if post.changed or not changed], self._stones())
        numbers = (sorted(number for number in kind if number > after) for kind in kinds)
        return end_of((kind[0], kind[limit]) if len(kind) > limit else None for kind in numbers)

    def withdrawn(self, after: int, *, limit: int, until: int = NEWEST) -> list[str]:
        """Return the ids withdrawn under a number above `after`, lowest first; see the contract."""
        held = self._contents.tombstones.items()
        stones = sorted((seq, post_id) for post_id, (seq, _) in held if after < seq <= until)
        return [post_id for _, post_id in stones[:limit]]

    def _stones(self) -> list[int]:
        return [seq for seq, _ in self._contents.tombstones.values()]

    def posts(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the wire JSON of those that are stored."""
        wanted = set(ids)
        return {row.post.id: self._contents.body(row) for row in self._rows if row.post.id in wanted}

    def count(self, query: Query, *, since: int | None = None, until: int | None = None) -> int:
        """Return how many posts match."""
        return sum(1 for _ in self._found(query, since, until))

    def timeline(
        self,
        query: Query,
        *,
        interval_ms: int | None = None,
        since: int | None = None,
        until: int | None = None,
        max_buckets: int | None = None,
    ) -> Timeline:
        """Return counts over all that is stored; see the contract."""
        times = [row.place >> place.TIE_BITS for row in self._found(query, since, until)]
        if not times:
            start = since or 0
            return Timeline(interval_for(0, interval_ms), [], 0, start, until if until is not None else start)
        since = times[-1] if since is None else since
        until = times[0] + 1 if until is None else until
        interval = interval_for(until - since, interval_ms, max_buckets)
        buckets = Counter(at // interval * interval for at in times)
        return Timeline(interval, sorted(buckets.items()), len(times), since, until)

    def top(
        self, query: Query, field: TopField, *, limit: int, since: int | None = None, until: int | None = None
    ) -> Top:
        """Return the most frequent values of a field over a stated sample; see the contract."""
        rows = list(islice(self._found(query, since, until), SAMPLED_POSTS))
        tally, earlier = Tally(field), Tally(field)
        newest = rows[0].place >> place.TIE_BITS if rows else 0
        for row in rows:
            inside = self._contents.rows.get(row.post.repost_of or row.post.quote_of)
            late = field == "trending" and row.place >> place.TIE_BITS <= newest - WINDOW_MS
            (earlier if late else tally).add(row.body, inside.body if inside else None)
        items = tally.items(limit)
        if field == "words":
            items = with_background(items, *self._background(newest))
        elif field == "trending":
            items = trending(tally, earlier, *self._background(newest), leave_out=query.terms, limit=limit)
        matching = self.count(query, since=since, until=until)
        oldest = rows[-1].place >> place.TIE_BITS if rows else 0
        return Top(items, len(rows), matching, oldest, newest + 1 if rows else 0)

    def _background(self, newest: int) -> tuple[dict[str, int], int]:
        last = newest // 3_600_000
        hours = range(last - BACKGROUND_HOURS, last + 1)
        seen: Counter[str] = Counter()
        for (hour, word), count in self._contents.background.items():
            if hour in hours:
                seen[word] += count
        return dict(seen), sum(count for hour, count in self._contents.background_posts.items() if hour in hours)

    def export(self, query: Query) -> Iterator[bytes]:
        """Yield every match, newest first."""
        for row in self._found(query):
            yield self._contents.body(row)
