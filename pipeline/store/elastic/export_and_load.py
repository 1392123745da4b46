"""Copy access to an Elasticsearch store: exports all rows as they are, and loads those of another store.

Rows are posts with raw records, tombstones, deleted accounts and the salts of their hashes. Posts and tombstones are
loaded by the parts that write batches (read, plan, write), up to five times if somebody else writes. Loading again
completes what a loader that died left, and posts that the server cannot store are returned. Also keeps the copy's
progress note.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from pipeline.clock import now_ms
from pipeline.errors import StoreUnavailable
from pipeline.post import Deletion, Upsert
from pipeline.store.contract import AccountTombstone, ExportRow, HiddenRow, Tombstone, Writes
from pipeline.store.copy.copied_post_plan import LoadPlan, decode_rows, hidden_row, plan_hidden, plan_load
from pipeline.store.elastic.cluster.bulk import Bulk, Write
from pipeline.store.elastic.cluster.client import ElasticClient
from pipeline.store.elastic.cluster.json_codec import decode, encode
from pipeline.store.elastic.cluster.multi_get import get_many
from pipeline.store.elastic.index_creation import IndexLayout
from pipeline.store.elastic.index_names import key
from pipeline.store.elastic.read.full_scan import originals, post_pages, state_pages
from pipeline.store.elastic.state_documents import (
    AUTHORS,
    AccountTombstonesNote,
    AccountTombstoneSource,
    Locator,
    account_tombstone_key,
    own_salt,
)
from pipeline.store.elastic.stored_post import VersionedRow
from pipeline.store.elastic.write.plan_lookups import ElasticPlanLookups
from pipeline.store.elastic.write.plan_writer import PlanWriter
from pipeline.store.past.post_past import encode_past
from pipeline.store.plan import AccountRow, WritePlan
from pipeline.store.raw_record_compression import compress, decompress
from pipeline.store.sort_key import arrival
from pipeline.store.tombstone_rules import merge_salts

_ATTEMPTS_MAX = 5
_NOTE = "moving"


class _Raw(msgspec.Struct):
    data: str = ""


class ElasticCopyAccess:
    """Implements `contract.CopyAccess`. Belongs to one thread at a time."""

    def __init__(
        self,
        client: ElasticClient,
        layout: IndexLayout,
        refresh_posts: Callable[[], None],
        refresh_state: Callable[[], None],
    ) -> None:
        self._client = client
        self._layout = layout
        self._names = layout.names
        self._refresh_posts = refresh_posts
        self._refresh_state = refresh_state
        self._bulk = Bulk(client)
        self._writer = PlanWriter(layout, self._bulk)

    # -- export

    def posts(self, *, since: int = 0, at_once: int = 250) -> Iterator[list[ExportRow]]:
        """Yield the posts from a sort key on, lowest first, in lists of at most `at_once`."""
        self._refresh_posts()
        for hits in post_pages(self._client, self._names.posts, since=since, size=at_once):
            posts = [hit.source for hit in hits]
            raws = self._raws([(self._names.period(hit.index) or "", hit.key) for hit in hits])
            inside = originals(self._client, self._names.posts, [post.inside for post in posts if post.inside])
            yield [
                ExportRow(
                    post.place, bytes(post.post), raw, post.touched, post.reach, inside.get(post.inside), post.past
                )
                for post, raw in zip(posts, raws, strict=True)
            ]

    def posts_by_id(self, ids: Sequence[str]) -> dict[str, ExportRow]:
        """Return those of the posts that are stored, by id, without reach and original."""
        rows = [row for row in self._lookups().stored(ids).values() if isinstance(row, VersionedRow)]
        raws = self._raws([(row.period, key(row.post.id)) for row in rows])
        return {
            row.post.id: ExportRow(row.sort_key, row.body, raw, row.touched, past=encode_past(row.past))
            for row, raw in zip(rows, raws, strict=True)
        }

    def _raws(self, posts: Sequence[tuple[str, str]]) -> Iterator[bytes]:
        """Yield the raw record of each post, given by (period, key); b"" if it has none."""
        for found in get_many(self._client, [(self._names.raws_of(period), name) for period, name in posts]):
            data = decode(found.source, _Raw).data if found.found else ""
            yield decompress(base64.b64decode(data)) if data else b""

    def tombstones(self) -> Iterator[list[Tombstone]]:
        """Yield all tombstones of posts, some at a time."""
        self._refresh_state()
        conditions = [{"exists": {"field": "gone_seq"}}]
        for hits in state_pages(self._client, self._names.state, conditions):
            stones = [decode(hit.source, Locator) for hit in hits]
            yield [Tombstone(stone.id, stone.gone_seq, stone.gone_at) for stone in stones]

    def accounts(self) -> Iterator[list[AccountTombstone]]:
        """Yield all account tombstones, some at a time; their `source` is not known here."""
        self._refresh_state()
        for hits in state_pages(self._client, self._names.state, [{"term": {"kind": "author"}}]):
            yield [_account(hit.key, decode(hit.source, AccountTombstoneSource)) for hit in hits]

    def salts(self) -> list[bytes]:
        """Return the salts of the hashes of account tombstones, the store's own first."""
        return [own_salt(self._names), *(bytes.fromhex(salt) for salt in self._accounts_note().salts)]

    def _accounts_note(self) -> AccountTombstonesNote:
        (found,) = get_many(self._client, [(self._names.state, AUTHORS)])
        return decode(found.source, AccountTombstonesNote) if found.found else AccountTombstonesNote()

    def hidden_posts(self) -> Iterator[list[HiddenRow]]:
        """Yield all posts that are hidden while their account is off, in lists."""
        lookups = self._lookups()
        for posts in lookups.known_accounts.all_withheld():
            known = lookups.accounts({one.owner for one in posts})
            yield [hidden_row(one, known.get(one.owner, AccountRow())) for one in posts]

    # -- load

    def load_hidden_posts(self, posts: Sequence[HiddenRow]) -> None:
        """Load hidden posts, with what is known of their accounts."""
        for _ in range(_ATTEMPTS_MAX):
            lookups = self._lookups()
            made = plan_hidden(lookups, posts, now_ms())
            if self._writer.apply(made, lookups, 0, batch={}, raws={}) is not None:
                return
        raise StoreUnavailable("somebody else writes to this store")

    def load_posts(self, posts: Sequence[ExportRow]) -> dict[str, str]:
        """Load posts as they are (`CopyAccess.load_posts`); return id → reason of those that cannot be stored."""
        read = decode_rows(posts)
        raws = {post.id: compress(held.raw) for post, held in read if held.raw}
        # Posts come in order, each load after those before: posts with one sort key keep their order.
        batch = {post.id: arrival(time.time_ns() // 1_000, turn) for turn, (post, _) in enumerate(read)}
        for _ in range(_ATTEMPTS_MAX):
            lookups = self._lookups()
            lookups.prefetch(Writes([Upsert(post) for post, _ in read]))
            made = plan_load(lookups, read, now_ms())
            self._complete(made)
            applied = self._writer.apply(made.plan, lookups, 0, batch=batch, raws=raws)
            if applied is not None and not applied.conflicts:
                return applied.refused
        raise StoreUnavailable("somebody else writes to this store")

    def _complete(self, made: LoadPlan) -> None:
        """Write the raw records of posts that are stored already: their loader may have crashed in between."""
        writes = []
        for row, raw in made.unchanged:
            if raw and isinstance(row, VersionedRow):
                data = encode({"data": base64.b64encode(compress(raw)).decode()})
                writes.append(Write("index", self._names.raws_of(row.period), key(row.post.id), data))
        self._send(writes)

    def load_tombstones(self, stones: Sequence[Tombstone]) -> None:
        """Load tombstones with their publication numbers, and remove the posts that they concern."""
        made = WritePlan(now_ms(), tombstones={stone.id: stone.at for stone in stones})
        made.tombstone_seqs = {stone.id: stone.seq for stone in stones}
        for _ in range(_ATTEMPTS_MAX):
            lookups = self._lookups()
            lookups.prefetch(Writes(deletions=[Deletion(stone.id, stone.at) for stone in stones]))
            made.removals = lookups.stored(made.tombstones)
            made.quoted = list(made.tombstones)
            if self._writer.apply(made, lookups, 0, batch={}, raws={}) is not None:
                return
        raise StoreUnavailable("somebody else writes to this store")

    def load_accounts(self, accounts: Sequence[AccountTombstone], salts: Sequence[bytes]) -> None:
        """Load account tombstones, and the salts of their hashes."""
        if not accounts:
            return
        own = own_salt(self._names)
        former = [salt.hex() for salt in merge_salts(self.salts(), salts) if salt != own]
        writes = [Write("index", self._names.state, AUTHORS, encode(AccountTombstonesNote(now_ms(), former)))]
        names = [account_tombstone_key(one.name) for one in accounts]
        held = get_many(self._client, [(self._names.state, name) for name in names])
        for one, name, found in zip(accounts, names, held, strict=True):
            before = decode(found.source, AccountTombstoneSource) if found.found else None
            account: dict[str, object] = {"until": max(one.until, before.until if before else -1), "kind": "author"}
            if one.at is not None and (before is None or before.gone_at >= 0):
                account["gone_at"] = max(one.at, before.gone_at if before else -1)
            writes.append(Write("index", self._names.state, name, encode(account)))
        self._send(writes)

    def note(self) -> bytes:
        """Return the last note about a copy into this store; b"" if there is none."""
        (found,) = get_many(self._client, [(self._names.state, _NOTE)])
        return bytes(found.source) if found.found else b""

    def save_note(self, note: bytes) -> None:
        """Store a note (JSON) about the copy with the data."""
        self._send([Write("index", self._names.state, _NOTE, note)])

    def _send(self, writes: Sequence[Write]) -> None:
        for undone in self._bulk.send(writes):
            raise StoreUnavailable(f"Elasticsearch did not take {undone.key}: {undone.result} {undone.reason}")

    def _lookups(self) -> ElasticPlanLookups:
        return ElasticPlanLookups(self._client, self._names, self._refresh_posts)


def _account(name: str, account: AccountTombstoneSource) -> AccountTombstone:
    at = None if account.gone_at < 0 else account.gone_at
    return AccountTombstone("", name.removeprefix(account_tombstone_key("")), account.until, at)
