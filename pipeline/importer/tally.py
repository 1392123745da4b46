"""Tally of an import: what was read, set aside, left out, refused or damaged, and why; and how it is told in one line.

It is kept with the notes of a file, so that an import that goes on counts the whole file. Reasons are bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from pipeline.post import Event, Notice, Post, Upsert
from pipeline.sources.containers.places import Remark

REASONS_MAX = 40
"""Reasons that are counted one by one; beyond, they count as `OTHER_REASONS`."""
OTHER_REASONS = "other reasons"
_SHOWN = 5


class Tally(msgspec.Struct):
    """Counts of one file or of several. `first_ms` and `last_ms` are the times of the oldest and the newest post."""

    records: int = 0
    posts: int = 0
    carried: int = 0
    deletions: int = 0
    silent: int = 0
    set_aside: dict[str, int] = {}
    left_out: dict[str, int] = {}
    refused: dict[str, int] = {}
    damaged: dict[str, int] = {}
    by_source: dict[str, int] = {}
    first_ms: int | None = None
    last_ms: int | None = None

    @property
    def understood(self) -> int:
        """Number of records that were read."""
        return self.posts + self.deletions + self.silent

    @property
    def unread(self) -> int:
        """Number of records that were set aside."""
        return sum(self.set_aside.values())

    def read(self, events: Sequence[Event]) -> None:
        """Count a record by its events."""
        self.records += 1
        upserts = [event.post for event in events if type(event) is Upsert and event.raw]
        self.carried += sum(type(event) is Upsert and not event.raw for event in events)
        gone = sum(type(event) not in (Upsert, Notice) for event in events)
        self.deletions += gone
        self.posts += len(upserts)
        self.silent += not (upserts or gone)
        self._times(upserts)

    def _times(self, posts: Iterable[Post]) -> None:
        for post in posts:
            self.by_source[post.source] = self.by_source.get(post.source, 0) + 1
            self.first_ms = post.created_at if self.first_ms is None else min(self.first_ms, post.created_at)
            self.last_ms = post.created_at if self.last_ms is None else max(self.last_ms, post.created_at)

    def aside(self, why: str) -> None:
        """Count a record that cannot be read."""
        self.records += 1
        _count(self.set_aside, why, 1)

    def remark(self, remark: Remark) -> None:
        """Count what is no record."""
        name = "" if remark.kind == "left out" or not remark.name else f"{remark.name}: "
        counts = {"left out": self.left_out, "refused": self.refused, "damaged": self.damaged}[remark.kind]
        _count(counts, f"{name}{remark.why}", remark.times)

    def add(self, other: Tally) -> None:
        """Add the counts of another file."""
        for name in ("records", "posts", "carried", "deletions", "silent"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("set_aside", "left_out", "refused", "damaged", "by_source"):
            for why, count in getattr(other, name).items():
                _count(getattr(self, name), why, count)
        for at in (other.first_ms, other.last_ms):
            if at is not None:
                self.first_ms = at if self.first_ms is None else min(self.first_ms, at)
                self.last_ms = at if self.last_ms is None else max(self.last_ms, at)

    def line(self) -> str:
        """Return all counts in one line."""
        parts = [f"{self.posts:,} posts"]
        if self.carried:
            parts[0] += f" (and {self.carried:,} that they repost or quote)"
        if self.deletions:
            parts.append(f"{self.deletions:,} deletions or changes of accounts")
        if self.silent:
            parts.append(f"{self.silent:,} records without a post")
        texts = [f"{', '.join(parts)} of {self.records:,} records"]
        for words, counts in (
            ("set aside", self.set_aside),
            ("left out", self.left_out),
            ("not read", self.refused),
            ("damaged", self.damaged),
        ):
            if counts:
                texts.append(f"{words}: {_listed(counts)}")
        return "; ".join(texts)


def _count(counts: dict[str, int], why: str, number: int) -> None:
    known = why in counts or len(counts) < REASONS_MAX
    key = why[:300] if known else OTHER_REASONS
    counts[key] = counts.get(key, 0) + number


def _listed(counts: dict[str, int]) -> str:
    most = sorted(counts.items(), key=lambda item: -item[1])
    shown = ", ".join(f"{number:,} ({why})" for why, number in most[:_SHOWN])
    rest = sum(number for _, number in most[_SHOWN:])
    return f"{shown}, {rest:,} (for other reasons)" if rest else shown
