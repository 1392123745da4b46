"""Reading of the SQLite store: the contract's `Reading` (searches, changes, counts, exports) over one read transaction.

Delegates to the modules beside it, and puts the pages of JSON together. Every statement runs under a deadline: SQLite
calls a progress handler in the thread that runs the statement, and the handler stops it. This needs no timer and works
in any kind of thread. Posts beyond retention are invisible.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import apsw

from pipeline.query.tree import Query
from pipeline.store import sort_key
from pipeline.store.contract import NEWEST, Changes, Page, SeenVersion, Sort, Timeline, Top, TopField, Unread
from pipeline.store.post_json import with_original
from pipeline.store.sqlite.bulk_fetch import POSTS_AT_ONCE, fetch_with_originals
from pipeline.store.sqlite.connection import rows
from pipeline.store.sqlite.error_mapping import translate_errors
from pipeline.store.sqlite.id_hashes import IdHashes
from pipeline.store.sqlite.read.changes import ChangedRows
from pipeline.store.sqlite.read.match_counts import MatchCounts
from pipeline.store.sqlite.read.matching_sort_keys import MatchingSortKeys
from pipeline.store.sqlite.read.post_pasts import PostPasts
from pipeline.store.sqlite.read.top_values import top
from pipeline.store.sqlite.reading_deadline import SqliteDeadline
from pipeline.store.top_values import SAMPLED_POSTS

_STEPS_BETWEEN_CHECKS = 1_000
"""Steps of SQLite's virtual machine between two checks of the deadline. Few steps may read much of the index: at 20,000
a phrase of 180 words over 150 MB ran 1.6 s too long, at 1,000 it ran 0.04 s too long. The checks cost nothing
measurable."""

_KEYS_BY_ID = (
    "SELECT k.value, p.place FROM json_each(?) AS k CROSS JOIN posts AS p ON p.hash = k.value WHERE p.place >= ?"
)


class SqliteReading:
    """View as of its opening. Posts below the sort key `retained_from` are invisible."""

    def __init__(self, connection: apsw.Connection, salt: bytes, timeout_s: float, retained_from: int) -> None:
        self._connection = connection
        self._hashes = IdHashes(salt)
        self._deadline = SqliteDeadline(timeout_s)
        self._retained_from = retained_from
        self._keys = MatchingSortKeys(connection, self._deadline, retained_from)
        self._counts = MatchCounts(connection, self._keys)
        self._changed = ChangedRows(connection, self._deadline, self._keys, retained_from)
        self._pasts = PostPasts(connection, self._keys, retained_from)
        connection.set_progress_handler(self._deadline.passed, _STEPS_BETWEEN_CHECKS)

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
        mark = sort_key.parse_token(before, sort)[:2] if before is not None else None
        with translate_errors(self._deadline):
            compiled = self._keys.compile(query, since, until)
            if sort == "latest":
                high = mark[1] if mark else sort_key.MAX_SORT_KEY
                keys = list(islice(self._keys.newest(compiled.within(0, high), query, limit + 1), limit + 1))
                last = (0, keys[limit - 1]) if len(keys) > limit else None
                values = []
            else:
                ranked = self._keys.ranked(compiled, query, sort, limit + 1, mark)
                keys = [key for _, key in ranked]
                last = ranked[limit - 1] if len(ranked) > limit else None
                values = [value for value, _ in ranked[:limit]]
            bodies, entered = self._bodies(keys[:limit]), self._pasts.entered(query, keys[:limit])
        return Page(bodies, sort_key.token(sort, *last) if last and limit else None, entered, values)

    def changes(self, query: Query, *, after: int, removed_after: int, limit: int, until: int = NEWEST) -> Changes:
        """Return the changes after a sequence number; see `Reading.changes`."""
        with translate_errors(self._deadline):
            # Overflow is found by the index alone, before any row is read.
            changed = self._changed.count_changed(removed_after, until, limit + 1)
            tombstones = self._changed.deleted_ids(removed_after, until, limit + 1) if changed <= limit else []
            if max(changed, len(tombstones)) > limit:
                return Changes(overflow=True)
            keys = self._changed.new_matches(query, after, until, limit + 1)
            if len(keys) > limit:
                return Changes(overflow=True)
            retracted = self._changed.retracted(query, removed_after, until)
            return Changes(self._bodies(keys), retracted, tombstones, entered=self._pasts.entered(query, keys))

    def step_end(self, after: int, *, limit: int, changed: bool = False) -> int | None:
        """Return where a step of at most `limit` posts and tombstones ends; see `Reading.step_end`."""
        with translate_errors(self._deadline):
            return self._changed.step_end(after, limit, changed=changed)

    def deleted_ids(self, after: int, *, limit: int, until: int = NEWEST) -> list[str]:
        """Return ids of tombstones above a sequence number; see `Reading.deleted_ids`."""
        with translate_errors(self._deadline):
            return self._changed.deleted_ids(after, until, limit)

    def withdrawn(self, after: int, *, limit: int, until: int = NEWEST) -> list[tuple[str, int]]:
        """Return (id, version) of hidden posts above a sequence number; see `Reading.withdrawn`."""
        with translate_errors(self._deadline):
            return self._changed.withdrawn(after, until, limit)

    def posts(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the wire JSON of those posts that are stored."""
        with translate_errors(self._deadline):
            hashes = {self._hashes.id_hash(post_id): post_id for post_id in ids}
            found = list(rows(self._connection, _KEYS_BY_ID, (json.dumps(list(hashes)), self._retained_from)))
            bodies = self._bodies([key for _, key in found])
        return dict(zip([hashes[id_hash] for id_hash, _ in found], bodies, strict=True))

    def versions(self, post_id: str) -> list[SeenVersion]:
        """Return the versions of a post, newest first; see `Reading.versions`."""
        with translate_errors(self._deadline):
            hashes = json.dumps([self._hashes.id_hash(post_id)])
            keys = [key for _, key in rows(self._connection, _KEYS_BY_ID, (hashes, self._retained_from))]
            return [one for key in keys for one in self._pasts.versions(key)]

    def unread(self, query: Query, *, read: int, limit: int, until: int = NEWEST) -> Unread:
        """Return how many matches are above a marker; see `Reading.unread`."""
        with translate_errors(self._deadline):
            return self._pasts.unread(query, read, limit, until)

    def count(self, query: Query, *, since: int | None = None, until: int | None = None) -> int:
        """Return the number of posts that match."""
        with translate_errors(self._deadline):
            return self._counts.count(self._keys.compile(query, since, until), query)

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
        with translate_errors(self._deadline):
            return self._counts.timeline(
                query, interval_ms=interval_ms, since=since, until=until, max_buckets=max_buckets
            )

    def top(
        self, query: Query, field: TopField, *, limit: int, since: int | None = None, until: int | None = None
    ) -> Top:
        """Return the most frequent values of a field over a sample; see `Reading.top`."""
        with translate_errors(self._deadline):
            compiled = self._keys.compile(query, since, until)
            keys = list(islice(self._keys.newest(compiled, query, SAMPLED_POSTS), SAMPLED_POSTS))
            matching = len(keys) if len(keys) < SAMPLED_POSTS else self._counts.count(compiled, query)
            return top(
                self._connection,
                keys,
                field,
                matching=matching,
                limit=limit,
                leave_out=query.terms,
                check=self._deadline.check,
            )

    def export(self, query: Query) -> Iterator[bytes]:
        """Yield the wire JSON of every match, newest first, in constant memory."""
        with translate_errors(self._deadline):
            found = self._keys.newest(self._keys.compile(query), query)
            while keys := list(islice(found, POSTS_AT_ONCE)):
                yield from self._bodies(keys)

    def _bodies(self, keys: Iterable[int]) -> list[bytes]:
        """Return the wire JSON of the posts at sort keys, originals inside."""
        return [with_original(body, original) for body, original in fetch_with_originals(self._connection, keys)]
