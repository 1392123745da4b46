"""Count of the posts that meet conditions which the server decides exactly; on request only up to a limit."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pipeline.store.elastic.cluster.search_answers import SearchAnswer
from pipeline.store.elastic.read.compile_query import Dsl
from pipeline.store.elastic.read.point_in_time import PointInTime


class _Total(msgspec.Struct):
    value: int


class _Hits(msgspec.Struct):
    total: _Total


class _Counted(SearchAnswer):
    hits: _Hits = msgspec.field(default_factory=lambda: _Hits(_Total(0)))


def count(view: PointInTime, conditions: Sequence[Dsl], *, up_to: int | None = None) -> int:
    """Return the number of posts that meet all conditions; above `up_to` the number is a lower bound."""
    body = {"query": {"bool": {"filter": list(conditions)}}, "size": 0, "track_total_hits": up_to or True}
    return view.search(body, _Counted).hits.total.value
