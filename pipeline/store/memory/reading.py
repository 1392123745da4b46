"""Reading of the memory store: the contract's `Reading` over a snapshot, checking every row against the search.

Searches, changes, counts, timelines, top lists and exports stop with `QueryTimeout` at the deadline. Posts beyond
retention are invisible.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice

from pipeline.errors import QueryTimeout
from pipeline.query.evaluate import matches
from pipeline.query.tree import Query
from pipeline.store import sort_key
from pipeline.store.contract import NEWEST, Changes, Page, SeenVersion, Sort, Timeline, Top, TopField, Unread
from pipeline.store.memory.contents import MemoryContents, row_sort_key
from pipeline.store.past.entry_number import entered_numbers, entry_number
from pipeline.store.past.post_past import seen_versions
from pipeline.store.plan import StoredRow
from pipeline.store.sequence_steps import bounded_step_end
from pipeline.store.timeline_intervals import interval_for
from pipeline.store.top_values import BACKGROUND_HOURS, SAMPLED_POSTS, TopSample


class MemoryReading:
    """View as of its opening. Posts below the sort key `retained_from` are invisible; `end` is when time is up
    (`time.monotonic`)."""

    def __init__(self, contents: MemoryContents, retained_from: int, end: float) -> None:
        self._contents = contents
        self._end = end
        self._rows = sorted(
            (row for row in contents.rows.values() if row.sort_key >= retained_from), key=row_sort_key, reverse=True
        )

    def _matching(self, query: Query, since: int | None = None, until: int | None = None) -> Iterator[StoredRow]:
        low = sort_key.floor(since) if since is not None else 0
        high = sort_key.floor(until) if until is not None else sort_key.MAX_SORT_KEY
        for row in self._rows:
            if time.monotonic() > self._end:
                raise QueryTimeout("the search was stopped after its time limit: make it narrower")
            if low <= row.sort_key < high and matches(query.root, row.document):
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
        """Return a page in the order of `sort`; see `Reading.search`."""
        ranked = ((self._value(row, sort), row.sort_key, row) for row in self._matching(query, since, until))
        if before is not None:
            mark = sort_key.parse_token(before, sort)[:2]
            ranked = (entry for entry in ranked if entry[:2] < mark)
        best = heapq.nlargest(limit + 1, ranked, key=lambda entry: entry[:2])
        last = best[limit - 1] if limit and len(best) > limit else None
        shown = [row for _, _, row in best[:limit]]
        bodies = [self._contents.body(row) for row in shown]
        values = [value for value, *_ in best[:limit]] if sort != "latest" else []
        return Page(bodies, sort_key.token(sort, last[0], last[1]) if last else None, _entered(query, shown), values)

    def _value(self, row: StoredRow, sort: Sort) -> int:
        if sort == "latest":
            return 0
        if sort == "reach":
            return self._contents.reach[row.post.id]
        return row.document.numbers.get(sort, -1)

    def changes(self, query: Query, *, after: int, removed_after: int, limit: int, until: int = NEWEST) -> Changes:
        """Return the changes after a sequence number; see `Reading.changes`."""
        rows = self._contents.rows.values()
        changed = [row.post for row in rows if row.post.changed and removed_after < row.post.seq <= until]
        tombstones = self.deleted_ids(removed_after, limit=limit + 1, until=until)
        found = [row for row in self._matching(query) if after < row.post.seq <= until]
        withdrawn = self.withdrawn(removed_after, limit=limit + 1, until=until)
        if max(len(changed) + len(withdrawn), len(tombstones), len(found)) > limit:
            return Changes(overflow=True)
        shown = {row.post.id for row in self._matching(query)} if changed else set()
        retracted = [(post.id, post.version) for post in changed if post.id not in shown]
        bodies, entered = [self._contents.body(row) for row in found], _entered(query, found)
        return Changes(bodies, retracted + withdrawn, tombstones, entered=entered)

    def step_end(self, after: int, *, limit: int, changed: bool = False) -> int | None:
        """Return where a step of at most `limit` posts and tombstones ends; see `Reading.step_end`."""
        posts = (row.post for row in self._contents.rows.values())
        withheld = [one.post.seq for one, _ in self._contents.withheld.values()]
        kinds = ([post.seq for post in posts if post.changed or not changed], self._tombstone_seqs(), withheld)
        numbers = (sorted(number for number in kind if number > after) for kind in kinds)
        return bounded_step_end((kind[0], kind[limit]) if len(kind) > limit else None for kind in numbers)

    def deleted_ids(self, after: int, *, limit: int, until: int = NEWEST) -> list[str]:
        """Return ids of tombstones above a sequence number; see `Reading.deleted_ids`."""
        found = self._contents.tombstones.items()
        stones = sorted((seq, post_id) for post_id, (seq, _) in found if after < seq <= until)
        return [post_id for _, post_id in stones[:limit]]

    def withdrawn(self, after: int, *, limit: int, until: int = NEWEST) -> list[tuple[str, int]]:
        """Return (id, version) of hidden posts above a sequence number; see `Reading.withdrawn`."""
        posts = [one.post for one, _ in self._contents.withheld.values() if after < one.post.seq <= until]
        return [(post.id, post.version) for post in sorted(posts, key=lambda post: (post.seq, post.id))][:limit]

    def _tombstone_seqs(self) -> list[int]:
        return [seq for seq, _ in self._contents.tombstones.values()]

    def posts(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the wire JSON of those posts that are stored."""
        wanted = set(ids)
        return {row.post.id: self._contents.body(row) for row in self._rows if row.post.id in wanted}

    def versions(self, post_id: str) -> list[SeenVersion]:
        """Return the versions of a post, newest first; see `Reading.versions`."""
        found = [row for row in self._rows if row.post.id == post_id]
        return [SeenVersion(*one) for row in found for one in seen_versions(row.body, row.post.first_seq, row.past)]

    def unread(self, query: Query, *, read: int, limit: int, until: int = NEWEST) -> Unread:
        """Return how many matches are above a marker; see `Reading.unread`."""
        rows = self._matching(query)
        numbers = (entry_number(query.root, row.document, row.post.first_seq, row.past) for row in rows)
        found = sum(1 for _ in islice((number for number in numbers if read < number <= until), limit + 1))
        return Unread(min(found, limit), found > limit)

    def count(self, query: Query, *, since: int | None = None, until: int | None = None) -> int:
        """Return the number of posts that match."""
        return sum(1 for _ in self._matching(query, since, until))

    def timeline(
        self,
        query: Query,
        *,
        interval_ms: int | None = None,
        since: int | None = None,
        until: int | None = None,
        max_buckets: int | None = None,
    ) -> Timeline:
        """Return counts by time; see `Reading.timeline`."""
        times = [row.sort_key >> sort_key.TIE_BITS for row in self._matching(query, since, until)]
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
        """Return the most frequent values of a field over a sample; see `Reading.top`."""
        rows = list(islice(self._matching(query, since, until), SAMPLED_POSTS))
        sample = TopSample(field)
        for row in rows:
            original = self._contents.original(row)
            sample.add(row.sort_key >> sort_key.TIE_BITS, row.body, original.body if original else None)
        look_up = partial(self._background, sample.newest)
        items = sample.items(limit, leave_out=query.terms, look_up=look_up)
        matching = self.count(query, since=since, until=until)
        oldest = rows[-1].sort_key >> sort_key.TIE_BITS if rows else 0
        return Top(items, len(rows), matching, oldest, sample.newest + 1 if rows else 0, *sample.distinct())

    def _background(self, newest: int, words: Sequence[str]) -> tuple[dict[str, int], int]:
        last = newest // 3_600_000
        hours, wanted = range(last - BACKGROUND_HOURS, last + 1), set(words)
        seen: Counter[str] = Counter()
        for (hour, word), count in self._contents.background.items():
            if hour in hours and word in wanted:
                seen[word] += count
        return dict(seen), sum(count for hour, count in self._contents.background_posts.items() if hour in hours)

    def export(self, query: Query) -> Iterator[bytes]:
        """Yield the wire JSON of every match, newest first."""
        for row in self._matching(query):
            yield self._contents.body(row)


def _entered(query: Query, rows: Iterable[StoredRow]) -> dict[str, int]:
    return entered_numbers(query.root, ((row.post.id, row.document, row.post.first_seq, row.past) for row in rows))
