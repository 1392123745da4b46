"""One view of the SQLite store: searches, pages, changes and counts over one read transaction.

Every statement runs under a deadline: a progress handler, called by SQLite in the thread that runs the statement, stops
it, so neither a timer nor the kind of thread matters. Nothing is written here.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import apsw

from pipeline.query.evaluate import matches
from pipeline.query.tree import Query
from pipeline.store import sort_key as place
from pipeline.store.contract import NEWEST, Changes, Page, Sort, Timeline, Top, TopField
from pipeline.store.plan import with_original
from pipeline.store.timeline_intervals import SAMPLED_POSTS, interval_for
from pipeline.store.sqlite.bulk_fetch import AT_ONCE, pairs
from pipeline.store.sqlite.read.compile import Branch, Compiled, compile_tree, rows_of
from pipeline.store.sqlite.deadline import Deadline, translated
from pipeline.store.sqlite.write.lookups import STORED, SqliteShelf, stored_row
from pipeline.store.sqlite.schema import Rows, rows
from pipeline.store.sqlite.read.tops import top
from pipeline.store.bounded_steps import end_of

CHECKED_ONE_BY_ONE = 2_000
"""Up to so many changed rows are checked against the tree one by one; more are searched for."""

_STEPS_BETWEEN_LOOKS = 1_000
"""So often the deadline is looked at. Few steps read much of the index: at 20,000 a phrase of 180 words over 150 MB ran
1.6 s longer than it might, at 1,000 it ran 0.04 s longer; looking costs nothing that could be measured."""

_MOST_AT_ONCE = 50_000
_MS_A_MINUTE = 60_000
_ONE_INTERVAL = _MS_A_MINUTE << 40


class SqliteReading:
    """A view as of its opening. `retained_from` is the lowest place that is visible."""

    def __init__(self, connection: apsw.Connection, salt: bytes, timeout_s: float, retained_from: int) -> None:
        self._connection = connection
        self._shelf = SqliteShelf(connection, salt)
        self._deadline = Deadline(timeout_s)
        self._retained_from = retained_from
        connection.set_progress_handler(self._deadline.passed, _STEPS_BETWEEN_LOOKS)

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
        mark = place.parse_token(before, sort)[:2] if before is not None else None
        with translated(self._deadline):
            if sort == "latest":
                high = mark[1] if mark else place.MAX_PLACE
                found = self._places(self._compiled(query, since, until).within(0, high), query, limit + 1)
                places = list(islice(found, limit + 1))
                last = (0, places[limit - 1]) if len(places) > limit else None
            else:
                ranked = self._ranked(query, sort, limit + 1, mark, self._compiled(query, since, until))
                places = [at for _, at in ranked]
                last = ranked[limit - 1] if len(ranked) > limit else None
            bodies = self._bodies(places[:limit])
        return Page(bodies, place.token(sort, *last) if last and limit else None)

    def changes(self, query: Query, *, after: int, gone_after: int, limit: int, until: int = NEWEST) -> Changes:
        """Return what happened after a publication number; see the contract."""
        with translated(self._deadline):
            # The index alone tells that there are too many, so that is asked before any row is read.
            sql = "SELECT seq FROM posts INDEXED BY posts_changed WHERE seq > ? AND seq <= ? AND changed > 0 LIMIT ?"
            changed = sum(1 for _ in self._rows(sql, (gone_after, until, limit + 1)))
            tombstones = self.withdrawn(gone_after, limit=limit + 1, until=until) if changed <= limit else []
            if max(changed, len(tombstones)) > limit:
                return Changes(overflow=True)
            places = self._changed(query, after, until, limit + 1)
            if len(places) > limit:
                return Changes(overflow=True)
            return Changes(self._bodies(places), self._gone(query, gone_after, until), tombstones)

    def stride(self, after: int, *, limit: int, changed: bool = False) -> int | None:
        """Return how far a step of at most `limit` posts and tombstones goes; see the contract."""
        index, only = ("posts_changed", "changed > 0 AND") if changed else ("posts_seq", "")
        posts = f"posts INDEXED BY {index} WHERE {only}"
        with translated(self._deadline):
            return end_of(self._ends_of_step(table, after, limit) for table in (posts, "tombstones WHERE"))

    def _ends_of_step(self, table: str, after: int, limit: int) -> tuple[int, int] | None:
        """Return the lowest number above one, and that of the first row that is one too many."""
        sql = f"SELECT seq FROM {table} seq > ? ORDER BY seq LIMIT 1 OFFSET ?"  # noqa: S608 - texts of this module
        beyond = next((number for (number,) in self._rows(sql, (after, limit))), None)
        if beyond is None:
            return None
        return next((number, beyond) for (number,) in self._rows(sql, (after, 0)))

    def withdrawn(self, after: int, *, limit: int, until: int = NEWEST) -> list[str]:
        """Return the ids withdrawn under a number above `after`, lowest first; see the contract."""
        with translated(self._deadline):
            sql = "SELECT id FROM tombstones WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
            return [post_id for (post_id,) in self._rows(sql, (after, until, limit))]

    def posts(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the wire JSON of those that are stored."""
        with translated(self._deadline):
            sql = (
                "SELECT k.value, p.place FROM json_each(?) AS k CROSS JOIN posts AS p ON p.hash = k.value "
                "WHERE p.place >= ?"
            )
            keys = {self._shelf.key(post_id): post_id for post_id in ids}
            found = list(self._rows(sql, (json.dumps(list(keys)), self._retained_from)))
            bodies = self._bodies([at for _, at in found])
        return dict(zip([keys[key] for key, _ in found], bodies, strict=True))

    def count(self, query: Query, *, since: int | None = None, until: int | None = None) -> int:
        """Return how many posts match."""
        with translated(self._deadline):
            return self._count(self._compiled(query, since, until), query)

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
        with translated(self._deadline):
            compiled = self._compiled(query, since, until)
            ends = self._ends(compiled, query)
            if ends is None:
                start = since or 0
                return Timeline(interval_for(0, interval_ms), [], 0, start, until if until is not None else start)
            first, last = ends[0] >> place.TIE_BITS, ends[1] >> place.TIE_BITS
            since = first if since is None else since
            until = last + 1 if until is None else until
            interval = interval_for(until - since, interval_ms, max_buckets)
            buckets: dict[int, int] = {}
            if compiled.exact and len(compiled.branches) == 1:
                for number, count in self._grouped(compiled.branches[0], interval):
                    buckets[number * interval] = buckets.get(number * interval, 0) + count
            else:
                for at in self._places(compiled, query):
                    start = (at >> place.TIE_BITS) // interval * interval
                    buckets[start] = buckets.get(start, 0) + 1
        return Timeline(interval, sorted(buckets.items()), sum(buckets.values()), since, until)

    def top(
        self, query: Query, field: TopField, *, limit: int, since: int | None = None, until: int | None = None
    ) -> Top:
        """Return the most frequent values of a field over a stated sample; see the contract."""
        with translated(self._deadline):
            compiled = self._compiled(query, since, until)
            places = list(islice(self._places(compiled, query, SAMPLED_POSTS), SAMPLED_POSTS))
            matching = len(places) if len(places) < SAMPLED_POSTS else self._count(compiled, query)
            return top(
                self._connection,
                places,
                field,
                matching=matching,
                limit=limit,
                leave_out=query.terms,
                check=self._deadline.check,
            )

    def export(self, query: Query) -> Iterator[bytes]:
        """Yield every match, newest first, in constant memory."""
        with translated(self._deadline):
            found = self._places(self._compiled(query, None, None), query)
            while places := list(islice(found, AT_ONCE)):
                yield from self._bodies(places)

    def _rows(self, sql: str, bindings: Sequence[Any] = ()) -> Rows:
        return rows(self._connection, sql, bindings)

    # -- below: places (integers that order posts by time) of what matches

    def _compiled(self, query: Query, since: int | None, until: int | None) -> Compiled:
        low = max(self._retained_from, place.floor(since) if since is not None else 0)
        high = place.floor(until) if until is not None else place.MAX_PLACE
        return compile_tree(query.root).within(low, high)

    def _places(self, compiled: Compiled, query: Query, first: int = AT_ONCE) -> Iterator[int]:
        """Yield the places of all matches, newest first; probably `first` of them are wanted."""
        streams = [self._stream(branch, first) for branch in compiled.branches]
        found = streams[0] if len(streams) == 1 else _unique(heapq.merge(*streams, reverse=True))
        return found if compiled.exact else self._checked(found, query)

    def _stream(self, branch: Branch, first: int = AT_ONCE) -> Iterator[int]:
        """Yield the places of one branch, fetched in growing lots: see `bodies` for why."""
        size = first
        while True:
            source, parameters = rows_of(branch)
            lot = f"SELECT {source} ORDER BY 1 DESC LIMIT ?"
            sql = f"SELECT json_group_array(at ORDER BY at DESC) FROM ({lot})"  # noqa: S608 - rows_of: parameters only
            ((found,),) = self._rows(sql, (*parameters, size))
            places = json.loads(found)
            yield from places
            if len(places) < size:
                return
            branch = replace(branch, high=places[-1])
            size = min(size * 8, _MOST_AT_ONCE)

    def _checked(self, candidates: Iterable[int], query: Query) -> Iterator[int]:
        sql = f"SELECT {STORED} FROM posts AS p CROSS JOIN docs AS d ON d.place = p.place WHERE p.place = ?"  # noqa: S608
        for at in candidates:
            self._deadline.check()
            for row in self._rows(sql, (at,)):
                if matches(query.root, stored_row(row).document):
                    yield at

    def _ranked(
        self, query: Query, sort: Sort, limit: int, mark: tuple[int, int] | None, compiled: Compiled
    ) -> list[tuple[int, int]]:
        value = f"coalesce(p.{_SORTED[sort]}, -1)"
        after = Branch()
        if mark:
            after = Branch(conditions=(f"({value}, p.place) < (?, ?)",), parameters=mark)
        best: set[tuple[int, int]] = set()
        for branch in compiled.branches:
            source, parameters = rows_of(branch & after, posts=True)
            sql = f"SELECT {value}, {source} ORDER BY 1 DESC, 2 DESC"
            if compiled.exact:
                best.update((number, at) for number, at in self._rows(f"{sql} LIMIT {int(limit)}", parameters))
                continue
            found = self._rows(sql, parameters)
            best.update(islice(((number, at) for number, at in found if self._is_match(query, at)), limit))
        return heapq.nlargest(limit, best)

    def _is_match(self, query: Query, at: int) -> bool:
        return any(True for _ in self._checked([at], query))

    def _count(self, compiled: Compiled, query: Query) -> int:
        if compiled.exact and len(compiled.branches) == 1:
            return sum(count for _, count in self._grouped(compiled.branches[0], _ONE_INTERVAL))
        return sum(1 for _ in self._places(compiled, query))

    def _grouped(self, branch: Branch, interval: int) -> Iterator[tuple[int, int]]:
        """Yield (interval's number, count), a number more than once where it comes in parts."""
        if branch.match is None and not branch.conditions and interval % _MS_A_MINUTE == 0:
            yield from self._by_minutes(branch, interval)
            return
        source, parameters = rows_of(branch)
        column, _, rest = source.partition(" AS at ")
        sql = f"SELECT ({column} >> {place.TIE_BITS}) / {int(interval)}, count(*) {rest} GROUP BY 1"
        yield from ((number, count) for number, count in self._rows(sql, parameters))

    def _by_minutes(self, branch: Branch, interval: int) -> Iterator[tuple[int, int]]:
        """Count everything in a span: whole minutes as they were summed up, and the posts at its two ends."""
        low = -(-(branch.low >> place.TIE_BITS) // _MS_A_MINUTE)
        high = (branch.high >> place.TIE_BITS) // _MS_A_MINUTE
        sql = "SELECT minute / ?, sum(posts) FROM minutes WHERE minute >= ? AND minute < ? GROUP BY 1"
        if low < high:
            yield from ((n, count) for n, count in self._rows(sql, (interval // _MS_A_MINUTE, low, high)))
        ends = [(branch.low, place.floor(low * _MS_A_MINUTE)), (place.floor(high * _MS_A_MINUTE), branch.high)]
        sql = f"SELECT (place >> {place.TIE_BITS}) / ?, count(*) FROM posts WHERE place >= ? AND place < ? GROUP BY 1"  # noqa: S608
        for start, end in ends if low < high else [(branch.low, branch.high)]:
            if start < end:
                yield from ((n, count) for n, count in self._rows(sql, (interval, start, end)))

    def _ends(self, compiled: Compiled, query: Query) -> tuple[int, int] | None:
        """Return the oldest and the newest place that match."""
        if not compiled.exact:
            found = list(self._places(compiled, query))
            return (found[-1], found[0]) if found else None
        ends: list[int] = []
        for branch in compiled.branches:
            source, parameters = rows_of(branch)
            for order in ("ASC", "DESC"):
                ends += [at for (at,) in self._rows(f"SELECT {source} ORDER BY 1 {order} LIMIT 1", parameters)]
        return (min(ends), max(ends)) if ends else None

    def _changed(self, query: Query, after: int, until: int, limit: int) -> list[int]:
        """Return the newest matches with `after` < seq <= `until`."""
        sql = "SELECT place FROM posts INDEXED BY posts_seq WHERE seq > ? AND seq <= ? LIMIT ?"
        found = [at for (at,) in self._rows(sql, (after, until, CHECKED_ONE_BY_ONE + 1))]
        if len(found) <= CHECKED_ONE_BY_ONE:
            newest = sorted((at for at in found if at >= self._retained_from), reverse=True)
            return list(islice(self._checked(newest, query), limit))
        newer = Branch(conditions=("p.seq > ?", "p.seq <= ?"), parameters=(after, until))
        compiled = self._compiled(query, None, None)
        compiled = replace(compiled, branches=tuple(branch & newer for branch in compiled.branches))
        return list(islice(self._places(compiled, query, limit), limit))

    def _gone(self, query: Query, after: int, until: int) -> list[tuple[str, int]]:
        sql = (
            f"SELECT {STORED} FROM posts AS p INDEXED BY posts_changed CROSS JOIN docs AS d ON d.place = p.place "  # noqa: S608
            "WHERE p.seq > ? AND p.seq <= ? AND p.changed > 0"
        )
        gone = []
        for row in self._rows(sql, (after, until)):
            self._deadline.check()
            stored = stored_row(row)
            if stored.place < self._retained_from or not matches(query.root, stored.document):
                gone.append((stored.post.id, stored.post.version))
        return gone

    def _bodies(self, places: Iterable[int]) -> list[bytes]:
        """Return the wire JSON at places, originals inside."""
        return [with_original(body, original) for body, original in pairs(self._connection, places)]


_SORTED = {"followers": "followers", "reposts": "reposts", "likes": "likes", "replies": "replies", "reach": "reach"}


def _unique(places: Iterable[int]) -> Iterator[int]:
    last = -1
    for at in places:
        if at != last:
            yield at
        last = at
