"""Answers of Elasticsearch to searches, as structs: hits with or without their sources, failed shards, and causes.

A hit has the numbers that a conditional write must name, if they were requested. A cause sums up why a request or a
shard failed.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

_REASON_CHARS = 300

_T = TypeVar("_T")


class KeyHit(msgspec.Struct, kw_only=True):
    """A document that was found, without its source.

    `seq_no` and `term` are only in the answer if `seq_no_primary_term` was requested: a conditional write names them.
    """

    key: str = msgspec.field(name="_id", default="")
    index: str = msgspec.field(name="_index", default="")
    seq_no: int = msgspec.field(name="_seq_no", default=-1)
    term: int = msgspec.field(name="_primary_term", default=-1)
    sort: list[Any] = []


class Hit(KeyHit, Generic[_T], kw_only=True):
    """A document that was found, with its source read as `_T`."""

    source: _T = msgspec.field(name="_source")


class Hits(msgspec.Struct, Generic[_T]):
    """Documents that a search found, in its order."""

    hits: list[_T] = []


class Shards(msgspec.Struct):
    """Number of shards that failed, and why."""

    failed: int = 0
    failures: list[dict[str, msgspec.Raw]] = []


class SearchAnswer(msgspec.Struct):
    """The part that every answer to a search has; subclasses add hits or aggregations."""

    timed_out: bool = False
    shards: Shards = msgspec.field(name="_shards", default_factory=Shards)


class Found(SearchAnswer, Generic[_T]):
    """Answer to a search whose hits are read as `_T`: `KeyHit` or `Hit[…]`."""

    hits: Hits[_T] = msgspec.field(default_factory=Hits)


class Cause(msgspec.Struct):
    """Reason of a refusal; the innermost cause is the most precise."""

    type: str = ""
    reason: str | None = None
    caused_by: Cause | None = None

    def summary(self) -> str:
        """Return the reasons, outermost first, as one short line."""
        own = (self.reason or "")[:_REASON_CHARS]
        return own if self.caused_by is None else f"{own}: {self.caused_by.summary()}"[: 2 * _REASON_CHARS]
