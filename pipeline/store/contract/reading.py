"""Reading protocol: searches, changes, counts, top lists and exports over one consistent view of a store.

Pages of a search in several orders; changes after a sequence number, in steps of bounded size; deleted ids; posts by
id; counts in all and by time; most frequent values; every match as a stream. Each method may raise `QueryTimeout` and
`StoreUnavailable`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from pipeline.query.tree import Query
from pipeline.store.contract.results import (
    NEWEST,
    Changes,
    Page,
    SeenVersion,
    Sort,
    Timeline,
    Top,
    TopField,
    Unread,
)


class Reading(Protocol):
    """One consistent view of the store. Every method may raise `QueryTimeout` and `StoreUnavailable`."""

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
        """Return a page in the order of `sort`; "latest" is by created_at descending, ties in every order by newest
        first.

        Args:
            limit: posts of the page at most.
            before: `Page.next` of the page before.
            since, until: span of created_at (ms), `until` excluded.

        Raises:
            ValueError: `before` is no page token, or one of another order.
        """
        ...

    def changes(self, query: Query, *, after: int, removed_after: int, limit: int, until: int = NEWEST) -> Changes:
        """Return matches with seq > `after` and retractions and tombstones with seq > `removed_after`, all with
        seq <= `until`. At most `limit` rows of each are read; where there are more, only `Changes.overflow` is set."""
        ...

    def step_end(self, after: int, *, limit: int, changed: bool = False) -> int | None:
        """Return the greatest sequence number up to which at most `limit` posts and at most `limit` tombstones are
        numbered above `after`; None if that holds for all numbers.

        Where more rows share the lowest number, that number is returned. `changed` counts only posts that were ever
        replaced, as `Changes.retracted` does. `limit` is below 10,000. A caller that steps until None misses nothing: a
        post that is stored again meanwhile moves to a higher number.
        """
        ...

    def deleted_ids(self, after: int, *, limit: int, until: int = NEWEST) -> list[str]:
        """Return the ids of at most `limit` tombstones with `after` < seq <= `until`, lowest number first."""
        ...

    def withdrawn(self, after: int, *, limit: int, until: int = NEWEST) -> list[tuple[str, int]]:
        """Return (id, version) of at most `limit` hidden posts with `after` < seq <= `until`, lowest number first."""
        ...

    def posts(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return the wire JSON of those posts that are stored, by id."""
        ...

    def versions(self, post_id: str) -> list[SeenVersion]:
        """Return the versions of a post that are kept, newest first; empty if the post is not stored."""
        ...

    def unread(self, query: Query, *, read: int, limit: int, until: int = NEWEST) -> Unread:
        """Return the number of matches whose entry number is above `read` and at most `until`, counted up to
        `limit`."""
        ...

    def count(self, query: Query, *, since: int | None = None, until: int | None = None) -> int:
        """Return the number of posts that match."""
        ...

    def timeline(
        self,
        query: Query,
        *,
        interval_ms: int | None = None,
        since: int | None = None,
        until: int | None = None,
        max_buckets: int | None = None,
    ) -> Timeline:
        """Return counts of all matches by time; without an interval, one that gives about 60 to 120 buckets.

        An interval that would cut the span into more than `max_buckets` is replaced by a longer one;
        `Timeline.interval_ms` is the one used.
        """
        ...

    def top(
        self, query: Query, field: TopField, *, limit: int, since: int | None = None, until: int | None = None
    ) -> Top:
        """Return the most frequent values of a field over a sample of the newest matches; `Top.counted` is its size."""
        ...

    def export(self, query: Query) -> Iterator[bytes]:
        """Yield the wire JSON of every match, newest first, in constant memory."""
        ...
