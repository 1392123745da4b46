"""What slipped past a withdrawal is removed: posts, and raw records of quotes, stored by a worker that did not see it.

No order of writes rules that out (docs/store.md); looking again at what was withdrawn lately does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from pipeline.query.analyser import fold
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient, Found, path_to
from pipeline.store.elastic.index_names import IndexNames, key
from pipeline.store.elastic.write.plan_lookups import get_many
from pipeline.store.elastic.write.plan_writer import removal

SWEPT_MS = 120_000
"""No worker is at a batch for longer, so what was withdrawn before that is seen by all."""

_AT_ONCE = 500
_ROUNDS = 40
"""So many lots of withdrawals are looked at in one sweep, newest first: twenty thousand in two minutes."""


class _Stone(msgspec.Struct):
    id: str
    period: str = ""


class _StoneHit(msgspec.Struct):
    stone: _Stone = msgspec.field(name="_source")
    sort: list[Any] = []


class _QuoteHit(msgspec.Struct):
    key: str = msgspec.field(name="_id")
    index: str = msgspec.field(name="_index")


class DeletionSweep:
    """Sweeps one store; its posts and `state` are refreshed before."""

    def __init__(self, client: ElasticClient, names: IndexNames, bulk: Bulk) -> None:
        self._client = client
        self._names = names
        self._bulk = bulk

    def run(self, now_ms: int) -> None:
        """Remove what is stored of posts withdrawn lately."""
        for stones in self._withdrawn(now_ms - SWEPT_MS):
            self._bulk.send([*self._posts(stones), *self._raws_of_quotes(stones)])

    def _withdrawn(self, since_ms: int) -> Iterator[list[_Stone]]:
        """Yield what was withdrawn since a time, newest first, some at a time."""
        conditions = [{"range": {"gone_at": {"gte": since_ms}}}, {"exists": {"field": "id"}}]
        body: dict[str, Any] = {
            "query": {"bool": {"filter": conditions}},
            "sort": [{"gone_at": "desc"}, {"id": "asc"}],
            "size": _AT_ONCE,
            "track_total_hits": False,
            "_source": ["id", "period"],
        }
        for _ in range(_ROUNDS):
            hits = self._client.request(
                "POST", path_to(self._names.state, "_search"), body, into=Found[_StoneHit]
            ).hits.hits
            if hits:
                yield [hit.stone for hit in hits]
            if len(hits) < _AT_ONCE:
                return
            body["search_after"] = hits[-1].sort

    def _posts(self, stones: Sequence[_Stone]) -> list[Write]:
        """Return the writes that remove those that are stored all the same."""
        placed = [stone for stone in stones if stone.period]
        wanted = [(self._names.posts_of(stone.period), key(stone.id)) for stone in placed]
        writes: list[Write] = []
        for stone, got in zip(placed, get_many(self._client, wanted, sources=False), strict=True):
            if got.found:
                writes += removal(self._names, key(stone.id), stone.period)
        return writes

    def _raws_of_quotes(self, stones: Sequence[_Stone]) -> list[Write]:
        """Return the writes that take away raw records of quotes, which hold what was withdrawn."""
        body: dict[str, Any] = {
            "query": {"bool": {"filter": [{"terms": {"facets": ["quote_of:" + fold(stone.id) for stone in stones]}}]}},
            "sort": [{"seq": "desc"}],
            "size": _AT_ONCE,
            "track_total_hits": False,
            "_source": False,
        }
        path = path_to(self._names.posts, "_search")
        params = {"ignore_unavailable": "true"}
        hits = self._client.request("POST", path, body, into=Found[_QuoteHit], params=params).hits.hits
        lying = [(self._names.raws_of(self._names.period(hit.index) or ""), hit.key) for hit in hits]
        held = zip(lying, get_many(self._client, lying, sources=False), strict=True)
        return [Write("delete", index, name) for (index, name), got in held if got.found]
