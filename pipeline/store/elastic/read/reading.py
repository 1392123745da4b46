"""One view of the posts in Elasticsearch: searches, pages, changes and counts. Nothing is written here.

What the server can decide exactly it decides alone; else it gives candidates, and each is checked against the tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import msgspec

from pipeline.query.evaluate import matches
from pipeline.query.tree import Query
from pipeline.store import sort_key as place
from pipeline.store.contract import NEWEST, Changes, Page, Sort, Timeline, Top, TopField
from pipeline.store.elastic.names import IndexNames, key
from pipeline.store.elastic.read.compile import Compiled, Dsl, compile_tree
from pipeline.store.elastic.read.counts import Wanted, count, timeline
from pipeline.store.elastic.read.tops import top
from pipeline.store.elastic.read.view import Answer, View
from pipeline.store.elastic.rows import Row, Shown
from pipeline.store.elastic.schema import by_place
from pipeline.store.post_json import decode_post, with_original
from pipeline.store.sequence_steps import bounded_step_end
from pipeline.store.top_values import SAMPLED_POSTS

AT_ONCE = 1_000
_FIRST = 100
UNKNOWN = -1
"""What an unknown number counts as in an order."""


class Hit(msgspec.Struct, kw_only=True):
    """A post that was found, and by what it was sorted."""

    key: str = msgspec.field(name="_id")
    row: Shown = msgspec.field(name="_source")
    sort: list[int] = []


class _Hits(msgspec.Struct):
    hits: list[Hit] = []


class _Found(Answer):
    hits: _Hits = msgspec.field(default_factory=_Hits)


class _Candidate(Hit, kw_only=True):
    row: Row = msgspec.field(name="_source")


class _Candidates(msgspec.Struct):
    hits: list[_Candidate] = []


class _FoundCandidates(Answer):
    hits: _Candidates = msgspec.field(default_factory=_Candidates)


class _Stone(msgspec.Struct):
    id: str


class _StoneHit(msgspec.Struct):
    stone: _Stone = msgspec.field(name="_source")
    sort: list[int | str] = []


class _StoneHits(msgspec.Struct):
    hits: list[_StoneHit]


class _Stones(Answer):
    hits: _StoneHits = msgspec.field(default_factory=lambda: _StoneHits([]))


class _Numbered(msgspec.Struct):
    sort: list[int]


class _NumberedHits(msgspec.Struct):
    hits: list[_Numbered] = []


class _Numbers(Answer):
    hits: _NumberedHits = msgspec.field(default_factory=_NumberedHits)


F = TypeVar("F", _Found, _FoundCandidates)


class ElasticReading:
    """A view as of its opening. `retained_from` is the lowest place that is visible."""

    def __init__(self, view: View, names: IndexNames, refresh_state: Callable[[], None], retained_from: int) -> None:
        self._view = view
        self._names = names
        self._refresh_state = refresh_state
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
        """Return a page in the sort's order; see the contract."""
        mark = place.parse_token(before, sort) if before is not None else None
        asked = self._asked(query, since, until)
        if mark is not None:
            asked.append(_beyond(sort, mark))
        found = list(islice(self._hits(query, asked, sort, limit + 1), limit + 1))
        marks = [_mark(sort, hit) for hit in found]
        end = _cut(marks, limit)
        bodies = self._bodies([hit.row for hit in found[:end]])
        return Page(bodies, place.token(sort, *marks[end - 1]) if 0 < end < len(found) else None)

    def changes(self, query: Query, *, after: int, removed_after: int, limit: int, until: int = NEWEST) -> Changes:
        """Return what happened after a publication number; see the contract."""
        changed: list[Dsl] = [
            {"range": {"seq": {"gt": removed_after, "lte": until}}},
            {"range": {"changed": {"gt": 0}}},
        ]
        if count(self._view, changed, up_to=limit + 1) > limit:
            return Changes(overflow=True)
        tombstones = self.deleted_ids(removed_after, limit=limit + 1, until=until)
        if len(tombstones) > limit:
            return Changes(overflow=True)
        asked = [*self._asked(query, None, None), {"range": {"seq": {"gt": after, "lte": until}}}]
        found = list(islice(self._hits(query, asked, "latest", limit + 1), limit + 1))
        if len(found) > limit:
            return Changes(overflow=True)
        return Changes(self._bodies([hit.row for hit in found]), self._gone(query, changed), tombstones)

    def step_end(self, after: int, *, limit: int, changed: bool = False) -> int | None:
        """Return how far a step of at most `limit` posts and tombstones goes; see the contract."""
        posts: list[Dsl] = [{"range": {"seq": {"gt": after}}}]
        if changed:
            posts.append({"range": {"changed": {"gt": 0}}})
        stones: list[Dsl] = [{"range": {"gone_seq": {"gt": after}}}]
        self._refresh_state()
        state = f"/{self._names.state}/_search"
        return bounded_step_end(
            [
                _ends_of_step(self._view.search, posts, "seq", limit),
                _ends_of_step(partial(self._view.ask, state), stones, "gone_seq", limit),
            ]
        )

    def posts(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the wire JSON of those that are stored."""
        keys = {key(post_id): post_id for post_id in ids}
        visible = {"range": {"place": {"gte": self._retained_from}}}
        found = self._by_key(keys, [visible])
        bodies = self._bodies(list(found.values()))
        return {keys[name]: body for name, body in zip(found, bodies, strict=True)}

    def count(self, query: Query, *, since: int | None = None, until: int | None = None) -> int:
        """Return how many posts match."""
        asked = self._asked(query, since, until)
        if self._compiled(query).exact:
            return count(self._view, asked)
        return sum(1 for _ in self._hits(query, asked))

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
        asked = self._asked(query, since, until)
        times = None
        if not self._compiled(query).exact:
            times = [hit.row.place >> place.TIE_BITS for hit in self._hits(query, asked)]
        wanted = Wanted(interval_ms, since, until, max_buckets)
        return timeline(self._view, asked, times, wanted)

    def top(
        self, query: Query, field: TopField, *, limit: int, since: int | None = None, until: int | None = None
    ) -> Top:
        """Return the most frequent values of a field over a stated sample; see the contract."""
        asked = self._asked(query, since, until)
        sample = islice(self._hits(query, asked, first=AT_ONCE), SAMPLED_POSTS)
        sampled = top(self._view, self._names, self._pairs(sample), field, limit=limit, leave_out=query.terms)
        if sampled.counted < SAMPLED_POSTS:
            return sampled
        return replace(sampled, matching=self.count(query, since=since, until=until))

    def export(self, query: Query) -> Iterator[bytes]:
        """Yield every match, newest first, in constant memory."""
        found = self._hits(query, self._asked(query, None, None), first=AT_ONCE)
        for _, body, original in self._pairs(found):
            yield with_original(body, original)

    # -- below: filters, hits and rows

    def _compiled(self, query: Query) -> Compiled:
        return compile_tree(query.root)

    def _asked(self, query: Query, since: int | None, until: int | None) -> list[Dsl]:
        low = max(self._retained_from, place.floor(since) if since is not None else 0)
        bounds = {"gte": low}
        if until is not None:
            bounds["lt"] = place.floor(until)
        return [self._compiled(query).filter, {"range": {"place": bounds}}]

    def _hits(self, query: Query, asked: list[Dsl], sort: Sort = "latest", first: int = _FIRST) -> Iterator[Hit]:
        """Yield what matches in order; probably `first` of them are wanted."""
        if self._compiled(query).exact:
            yield from self._pages(asked, sort, first, _Found)
        else:
            found = self._pages(asked, sort, first, _FoundCandidates)
            yield from (hit for hit in found if self._matches(query, hit.row))

    def _pages(self, asked: list[Dsl], sort: Sort, first: int, into: type[F]) -> Iterator[Any]:
        """Yield hits in order, out of answers of `into`."""
        order: list[Dsl] = [] if sort == "latest" else [{sort: {"order": "desc", "missing": UNKNOWN}}]
        body: dict[str, Any] = {
            "query": {"bool": {"filter": asked}},
            "sort": [*order, *by_place("desc")],
            "size": min(first, AT_ONCE),
            "track_total_hits": False,
        }
        while True:
            hits = self._view.search(body, into).hits.hits
            yield from hits
            if len(hits) < body["size"]:
                return
            body["search_after"] = hits[-1].sort
            body["size"] = AT_ONCE

    def _matches(self, query: Query, row: Row) -> bool:
        self._view.deadline.left_s()
        post = decode_post(row.post)
        return matches(query.root, row.document(post.id, post.created_at))

    def _gone(self, query: Query, changed: list[Dsl]) -> list[tuple[str, int]]:
        """Return (id, version) of what changed and does not match."""
        asked = list(changed)
        compiled = self._compiled(query)
        if compiled.exact:
            visible = {"range": {"place": {"gte": self._retained_from}}}
            asked.append({"bool": {"must_not": [{"bool": {"filter": [compiled.filter, visible]}}]}})
        gone = []
        for hit in self._pages(asked, "latest", AT_ONCE, _FoundCandidates):
            row = hit.row
            if compiled.exact or row.place < self._retained_from or not self._matches(query, row):
                post = decode_post(row.post)
                gone.append((post.id, post.version))
        return gone

    def deleted_ids(self, after: int, *, limit: int, until: int = NEWEST) -> list[str]:
        """Return ids withdrawn after a number, lowest first: those of now, which are all that this view may lack."""
        self._refresh_state()
        body: dict[str, Any] = {
            "query": {"bool": {"filter": [{"range": {"gone_seq": {"gt": after, "lte": until}}}]}},
            "sort": ["gone_seq", "id"],
            "size": min(limit, AT_ONCE),
            "track_total_hits": False,
            "_source": ["id"],
        }
        found: list[str] = []
        while True:
            hits = self._view.ask(f"/{self._names.state}/_search", body, _Stones).hits.hits
            found += [hit.stone.id for hit in hits]
            if len(hits) < body["size"] or len(found) >= limit:
                return found[:limit]
            body["search_after"] = hits[-1].sort

    def _by_key(self, keys: Iterable[str], more: Sequence[Dsl] = ()) -> dict[str, Shown]:
        """Return the rows of those keys that are in the view."""
        wanted = list(dict.fromkeys(keys))
        rows: dict[str, Shown] = {}
        for start in range(0, len(wanted), AT_ONCE):
            body = {
                "query": {"bool": {"filter": [{"ids": {"values": wanted[start : start + AT_ONCE]}}, *more]}},
                "size": AT_ONCE,
                "sort": ["_shard_doc"],
                "track_total_hits": False,
            }
            rows.update((hit.key, hit.row) for hit in self._view.search(body, _Found).hits.hits)
        return rows

    def _pairs(self, hits: Iterator[Hit]) -> Iterator[tuple[int, bytes, bytes | None]]:
        """Yield place, wire JSON and the original's, if it has one that is stored, of posts as they come."""
        while part := list(islice(hits, AT_ONCE)):
            rows = [hit.row for hit in part]
            originals = self._originals(rows)
            for row in rows:
                yield row.place, bytes(row.post), originals.get(row.inside)

    def _originals(self, rows: Iterable[Shown]) -> dict[str, bytes]:
        """Return the wire JSON of the originals of reposts and quotes, as far as they are stored."""
        keys = {key(row.inside): row.inside for row in rows if row.inside}
        return {keys[name]: bytes(row.post) for name, row in self._by_key(keys).items()}

    def _bodies(self, rows: Sequence[Shown]) -> list[bytes]:
        """Return the wire JSON of rows, originals inside."""
        originals = self._originals(rows)
        return [with_original(bytes(row.post), originals.get(row.inside)) for row in rows]


def _ends_of_step(
    ask: Callable[[dict[str, Any], type[_Numbers]], _Numbers], filters: list[Dsl], number: str, limit: int
) -> tuple[int, int] | None:
    """Return the lowest of the numbers, and that of the first row that is one too many."""

    def row(at: int) -> int | None:
        body = {"query": {"bool": {"filter": filters}}, "sort": [number], "from": at, "size": 1}
        hits = ask(body | {"track_total_hits": False, "_source": False}, _Numbers).hits.hits
        return hits[0].sort[0] if hits else None

    beyond = row(limit)
    first = row(0) if beyond is not None else None
    return None if first is None or beyond is None else (first, beyond)


def _mark(sort: Sort, hit: Hit) -> place.PageMark:
    value, *rest = [0, *hit.sort] if sort == "latest" else hit.sort
    return value, rest[0], rest[1]


def _beyond(sort: Sort, mark: place.PageMark) -> Dsl:
    """Return the condition that a post comes after a sort value, place and arrival."""
    value, at, arrived = mark
    earlier: list[Dsl] = [{"range": {"arrival": {"lt": arrived}}}]
    if arrived > place.NO_ARRIVAL:
        earlier.append({"bool": {"must_not": [{"exists": {"field": "arrival"}}]}})
    beside = {"bool": {"filter": [{"term": {"place": at}}, {"bool": {"should": earlier}}]}}
    lower = {"bool": {"should": [{"range": {"place": {"lt": at}}}, beside]}}
    if sort == "latest":
        return lower
    unknown = {"bool": {"must_not": [{"exists": {"field": sort}}]}}
    same: list[Dsl] = [{"term": {sort: value}}]
    less: list[Dsl] = [{"range": {sort: {"lt": value}}}]
    (same if value == UNKNOWN else less if value > UNKNOWN else []).append(unknown)
    return {"bool": {"should": [*less, {"bool": {"filter": [lower, {"bool": {"should": same}}]}}]}}


def _cut(marks: Sequence[place.PageMark], limit: int) -> int:
    """Return how many make a page: at most `limit`, and none of those who share a mark with the one after them, for the
    next page begins behind that."""
    if len(marks) <= limit:
        return len(marks)
    end = limit
    while end and marks[end - 1] == marks[limit]:
        end -= 1
    return end or limit
