"""Accounts in Elasticsearch: reads and writes what is known of accounts, and posts that are hidden while one is off.

An account's document is written only if nobody wrote it since it was read. A hidden post is written before its row is
removed, so that a worker that dies in between loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from pipeline.store.elastic.account_documents import (
    AccountSource,
    WithheldSource,
    account_key,
    hashed,
    withheld_key,
    withheld_source,
)
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient, path_to
from pipeline.store.elastic.cluster.json_codec import decode, encode
from pipeline.store.elastic.cluster.multi_get import get_many
from pipeline.store.elastic.cluster.search_answers import Found, Hit
from pipeline.store.elastic.cluster.values_among import ValuesFound, values_among
from pipeline.store.elastic.index_names import IndexNames, key
from pipeline.store.elastic.stored_post import VersionedRow
from pipeline.store.plan import AccountKey, AccountRow, WithheldPost, WritePlan

_READ_AT_ONCE = 250
_MISSING = {"ignore_unavailable": "true", "allow_no_indices": "true"}


class _Raw(msgspec.Struct):
    data: str = ""


class ElasticAccounts:
    """Accounts and hidden posts as one attempt at a batch reads and writes them."""

    def __init__(self, client: ElasticClient, names: IndexNames) -> None:
        self._client = client
        self._names = names
        self._numbers: dict[AccountKey, tuple[int, int]] = {}

    def known(self, keys: Iterable[AccountKey]) -> dict[AccountKey, AccountRow]:
        """Return what is known of accounts, and remember the numbers that a conditional write must name."""
        wanted = list(keys)
        names = self._names
        pairs = [(names.accounts, account_key(names, one)) for one in wanted]
        found: dict[AccountKey, AccountRow] = {}
        for one, got in zip(wanted, get_many(self._client, pairs), strict=True):
            self._numbers[one] = (got.seq_no, got.term) if got.found else (-1, -1)
            if got.found:
                found[one] = decode(got.source, AccountSource).row
        return found

    def withheld(self, ids: Iterable[str]) -> dict[str, WithheldPost]:
        """Return those of the posts that are hidden."""
        wanted = [(self._names.accounts, withheld_key(post_id)) for post_id in ids]
        found = [decode(got.source, WithheldSource) for got in get_many(self._client, wanted) if got.found]
        return {one.id: one.withheld_post() for one in found}

    def withheld_of(self, owner: AccountKey, limit: int, *, written: bool) -> list[WithheldPost]:
        """Return hidden posts of an account; see `PlanLookups.withheld_of`."""
        names, account = self._names, hashed(self._names, owner)
        self._client.request("POST", path_to(names.accounts, "_refresh"), into=msgspec.Raw, params=_MISSING)
        either: list[dict[str, Any]] = [{"term": {"owner": account}}]
        if written:
            either.append({"term": {"author": account}})
        body = {
            "query": {"bool": {"filter": [{"bool": {"should": either, "minimum_should_match": 1}}]}},
            "size": limit,
            "sort": [{"seq": {"order": "asc", "unmapped_type": "long"}}],
            "track_total_hits": False,
        }
        path = path_to(names.accounts, "_search")
        hits = self._client.request("POST", path, body, into=Found[Hit[WithheldSource]], params=_MISSING).hits.hits
        return [hit.source.withheld_post() for hit in hits]

    def with_withheld(self, keys: Iterable[AccountKey]) -> set[AccountKey]:
        """Return those of the accounts because of which posts are hidden."""
        names = self._names
        if not (owners := {hashed(names, one): one for one in keys}):
            return set()
        self._client.request("POST", path_to(names.accounts, "_refresh"), into=msgspec.Raw, params=_MISSING)
        path, body = path_to(names.accounts, "_search"), values_among("owner", owners)
        found = self._client.request("POST", path, body, into=ValuesFound, params=_MISSING).values()
        return {one for owner, one in owners.items() if owner in found}

    def all_withheld(self) -> Iterator[list[WithheldPost]]:
        """Yield all hidden posts, some at a time."""
        names = self._names
        self._client.request("POST", path_to(names.accounts, "_refresh"), into=msgspec.Raw, params=_MISSING)
        body: dict[str, Any] = {
            "query": {"bool": {"filter": [{"term": {"kind": "withheld"}}]}},
            "sort": [
                {"seq": {"order": "asc", "unmapped_type": "long"}},
                {"id": {"order": "asc", "unmapped_type": "keyword"}},
            ],
            "size": _READ_AT_ONCE,
            "track_total_hits": False,
        }
        path = path_to(names.accounts, "_search")
        while True:
            hits = self._client.request("POST", path, body, into=Found[Hit[WithheldSource]], params=_MISSING).hits.hits
            if hits:
                yield [hit.source.withheld_post() for hit in hits]
            if len(hits) < _READ_AT_ONCE:
                return
            body["search_after"] = hits[-1].sort

    def write(self, made: WritePlan, bulk: Bulk) -> bool:
        """Write a plan's accounts and hidden posts; return False if another worker wrote an account first."""
        names = self._names
        writes = []
        for one, row in made.accounts.items():
            seq_no, term = self._numbers.get(one, (-1, -1))
            body = encode(AccountSource(row, made.now_ms + row.kept_ms()))
            action: Any = "create" if seq_no < 0 else "index"
            writes.append(Write(action, names.accounts, account_key(names, one), body, seq_no, term))
        if writes and bulk.send(writes):
            return False
        for one, write in zip(made.accounts, writes, strict=True):
            self._numbers[one] = (write.seq_no, write.term)
        raws = self._raws(made)
        hidden = [
            withheld_source(names, one, raws.get(post_id, ""), made.now_ms) for post_id, one in made.withheld.items()
        ]
        bulk.send([Write("index", names.accounts, withheld_key(one.id), encode(one)) for one in hidden])
        return True

    def _raws(self, made: WritePlan) -> dict[str, str]:
        """Return the compressed raw records of rows that become hidden, in base 64, by id."""
        rows = {post_id: made.removals.get(post_id) for post_id in made.withheld}
        stored = {post_id: row.period for post_id, row in rows.items() if isinstance(row, VersionedRow)}
        pairs = [(self._names.raws_of(period), key(post_id)) for post_id, period in stored.items()]
        found = zip(stored, get_many(self._client, pairs), strict=True)
        return {post_id: decode(got.source, _Raw).data for post_id, got in found if got.found}

    def settle(self, made: WritePlan, bulk: Bulk) -> None:
        """Remove the hidden copies of posts that are back, and of deleted posts."""
        names = self._names
        bulk.send([Write("delete", names.accounts, withheld_key(post_id)) for post_id in made.settled])
