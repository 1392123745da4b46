"""Reading of an Elasticsearch store: answers searches, changes, counts, top lists and exports from one point in time.

Delegates to the modules beside it. Where the server can decide a search exactly it decides alone. Else it returns
candidates, and each is checked here. Posts beyond retention are invisible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from pipeline.query.tree import Query
from pipeline.store import sort_key
from pipeline.store.contract import NEWEST, Changes, Page, SeenVersion, Sort, Timeline, Top, TopField, Unread
from pipeline.store.elastic.index_names import IndexNames
from pipeline.store.elastic.read.change_step_end import sequence_step_end, tombstone_ids, withdrawn_posts
from pipeline.store.elastic.read.compile_query import Dsl
from pipeline.store.elastic.read.match_counts import count
from pipeline.store.elastic.read.matching_posts import HITS_AT_ONCE, MatchingPosts
from pipeline.store.elastic.read.page_position import after_position, page_end, position_of
from pipeline.store.elastic.read.point_in_time import PointInTime
from pipeline.store.elastic.read.post_bodies import bodies, posts_by_id, with_originals
from pipeline.store.elastic.read.post_pasts import entered, unread, versions
from pipeline.store.elastic.read.timeline import TimelineRequest, timeline
from pipeline.store.elastic.read.top_values import top
from pipeline.store.elastic.stored_post import ReadablePost
from pipeline.store.post_json import with_original
from pipeline.store.top_values import SAMPLED_POSTS


class ElasticReading:
    """Implements `contract.Reading`. `retained_from` is the lowest sort key that is visible."""

    def __init__(
        self,
        view: PointInTime,
        names: IndexNames,
        refresh_state: Callable[[], None],
        refresh_accounts: Callable[[], None],
        retained_from: int,
    ) -> None:
        self._view = view
        self._names = names
        self._refresh_state = refresh_state
        self._refresh_accounts = refresh_accounts
        self._retained_from = retained_from

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
        """Return a page of posts in the sort's order (`Reading.search`)."""
        after: list[Dsl] = []
        if before is not None:
            after.append(after_position(sort, sort_key.parse_token(before, sort)))
        hits = self._matching(query, since, until).hits(*after, sort=sort, expected=limit + 1)
        found = list(islice(hits, limit + 1))
        positions = [position_of(sort, hit) for hit in found]
        end = page_end(positions, limit)
        page = bodies(self._view, [hit.source for hit in found[:end]])
        after_page = sort_key.token(sort, *positions[end - 1]) if 0 < end < len(found) else None
        values = [value for value, *_ in positions[:end]] if sort != "latest" else []
        return Page(page, after_page, entered(self._view, query, found[:end]), values)

    def changes(self, query: Query, *, after: int, removed_after: int, limit: int, until: int = NEWEST) -> Changes:
        """Return the changes of a search after publication numbers (`Reading.changes`)."""
        changed: list[Dsl] = [
            {"range": {"seq": {"gt": removed_after, "lte": until}}},
            {"range": {"changed": {"gt": 0}}},
        ]
        if count(self._view, changed, up_to=limit + 1) > limit:
            return Changes(overflow=True)
        tombstones = self.deleted_ids(removed_after, limit=limit + 1, until=until)
        if len(tombstones) > limit:
            return Changes(overflow=True)
        matching = self._matching(query)
        withdrawn = self.withdrawn(removed_after, limit=limit + 1, until=until)
        if len(withdrawn) > limit:
            return Changes(overflow=True)
        hits = matching.hits({"range": {"seq": {"gt": after, "lte": until}}}, expected=limit + 1)
        found = list(islice(hits, limit + 1))
        if len(found) > limit:
            return Changes(overflow=True)
        retracted = matching.lost(changed) + withdrawn
        page = bodies(self._view, [hit.source for hit in found])
        return Changes(page, retracted, tombstones, entered=entered(self._view, query, found))

    def step_end(self, after: int, *, limit: int, changed: bool = False) -> int | None:
        """Return the greatest number that a step of `limit` posts and tombstones reaches (`Reading.step_end`)."""
        self._refresh_state()
        self._refresh_accounts()
        return sequence_step_end(self._view, self._names, after, limit=limit, changed=changed)

    def deleted_ids(self, after: int, *, limit: int, until: int = NEWEST) -> list[str]:
        """Return the ids deleted under a number above `after` and up to `until`, lowest first, at most `limit`."""
        self._refresh_state()
        return tombstone_ids(self._view, self._names, after, limit=limit, until=until)

    def withdrawn(self, after: int, *, limit: int, until: int = NEWEST) -> list[tuple[str, int]]:
        """Return (id, version) of hidden posts above a publication number and up to `until`, lowest first."""
        self._refresh_accounts()
        return withdrawn_posts(self._view, self._names, after, limit=limit, until=until)

    def posts(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the wire JSON of the posts that are stored and visible, by id."""
        found = self._visible(ids)
        return dict(zip(found, bodies(self._view, list(found.values())), strict=True))

    def _visible(self, ids: Sequence[str]) -> dict[str, ReadablePost]:
        return posts_by_id(self._view, ids, [{"range": {"place": {"gte": self._retained_from}}}])

    def versions(self, post_id: str) -> list[SeenVersion]:
        """Return the versions of a post, newest first (`Reading.versions`)."""
        return [one for post in self._visible([post_id]).values() for one in versions(post)]

    def unread(self, query: Query, *, read: int, limit: int, until: int = NEWEST) -> Unread:
        """Return the number of matches above a marker (`Reading.unread`)."""
        return unread(self._view, query, self._matching(query), (read, until), limit)

    def count(self, query: Query, *, since: int | None = None, until: int | None = None) -> int:
        """Return the number of posts that match."""
        matching = self._matching(query, since, until)
        if matching.exact:
            return count(self._view, matching.conditions)
        return sum(1 for _ in matching.hits())

    def timeline(
        self,
        query: Query,
        *,
        interval_ms: int | None = None,
        since: int | None = None,
        until: int | None = None,
        max_buckets: int | None = None,
    ) -> Timeline:
        """Return the counts of matching posts by bucket (`Reading.timeline`)."""
        matching = self._matching(query, since, until)
        times = None
        if not matching.exact:
            times = [hit.source.place >> sort_key.TIE_BITS for hit in matching.hits()]
        return timeline(self._view, matching.conditions, times, TimelineRequest(interval_ms, since, until, max_buckets))

    def top(
        self, query: Query, field: TopField, *, limit: int, since: int | None = None, until: int | None = None
    ) -> Top:
        """Return the most frequent values of a field over a stated sample (`Reading.top`)."""
        sample = islice(self._matching(query, since, until).hits(expected=HITS_AT_ONCE), SAMPLED_POSTS)
        posts = with_originals(self._view, sample)
        sampled = top(self._view, self._names, posts, field, limit=limit, leave_out=query.terms)
        if sampled.counted < SAMPLED_POSTS:
            return sampled
        return replace(sampled, matching=self.count(query, since=since, until=until))

    def export(self, query: Query) -> Iterator[bytes]:
        """Yield the wire JSON of every match, newest first, in constant memory."""
        for _, body, original in with_originals(self._view, self._matching(query).hits(expected=HITS_AT_ONCE)):
            yield with_original(body, original)

    def _matching(self, query: Query, since: int | None = None, until: int | None = None) -> MatchingPosts:
        return MatchingPosts(self._view, query, self._retained_from, since=since, until=until)
