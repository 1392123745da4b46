"""All that lies in an Elasticsearch store, out of it and into it, as `contract.CopyAccess` wants it.

Every load is read, planned and written by what writes batches; a loader that died is made good by loading again.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from pipeline.errors import StoreUnavailable
from pipeline.post import Deletion, Upsert
from pipeline.store.contract import AccountTombstone, ExportRow, Tombstone, Writes
from pipeline.store.copy.load_plan import LoadPlan, decode_rows, plan_load
from pipeline.store.elastic.client import Client, decode, encode
from pipeline.store.elastic.names import key
from pipeline.store.elastic.read.scan import originals, pages, state_pages
from pipeline.store.elastic.rows import Kept
from pipeline.store.elastic.schema import Layout, now_ms
from pipeline.store.elastic.write.bulk import Bulk, Write
from pipeline.store.elastic.write.lookups import (
    AUTHORS,
    ElasticShelf,
    GoneAuthor,
    GoneNote,
    Locator,
    get_many,
    gone_key,
    own_salt,
)
from pipeline.store.elastic.write.writing import Writer
from pipeline.store.plan import WritePlan
from pipeline.store.raw_record_compression import compress, decompress
from pipeline.store.sort_key import arrival
from pipeline.store.tombstones import merge_salts

ATTEMPTS = 5
_NOTE = "moving"


class _Raw(msgspec.Struct):
    data: str = ""


class ElasticMoving:
    """Keeps `contract.CopyAccess`. Belongs to one thread at a time."""

    def __init__(
        self, client: Client, layout: Layout, refresh_posts: Callable[[], None], refresh_state: Callable[[], None]
    ) -> None:
        self._client = client
        self._layout = layout
        self._names = layout.names
        self._refresh_posts = refresh_posts
        self._refresh_state = refresh_state
        self._bulk = Bulk(client)
        self._writer = Writer(layout, self._bulk)

    # -- out

    def posts(self, *, since: int = 0, at_once: int = 250) -> Iterator[list[ExportRow]]:
        """Yield the posts from a place on, lowest place first, at most `at_once` at a time."""
        self._refresh_posts()
        for hits in pages(self._client, self._names.posts, since=since, size=at_once):
            lie = [(self._names.period(hit.index) or "", hit.key) for hit in hits]
            inside = originals(self._client, self._names.posts, [hit.row.inside for hit in hits if hit.row.inside])
            yield [
                ExportRow(
                    hit.row.place,
                    bytes(hit.row.post),
                    raw,
                    hit.row.touched,
                    hit.row.reach,
                    inside.get(hit.row.inside),
                )
                for hit, raw in zip(hits, self._raws(lie), strict=True)
            ]

    def posts_by_id(self, ids: Sequence[str]) -> dict[str, ExportRow]:
        """Return those of the posts that are stored."""
        rows = [row for row in self._shelf().stored(ids).values() if isinstance(row, Kept)]
        raws = self._raws([(row.period, key(row.post.id)) for row in rows])
        return {
            row.post.id: ExportRow(row.sort_key, row.body, raw, row.touched)
            for row, raw in zip(rows, raws, strict=True)
        }

    def _raws(self, lie: Sequence[tuple[str, str]]) -> Iterator[bytes]:
        """Yield the raw records of posts by period and key, b"" where there is none."""
        for found in get_many(self._client, [(self._names.raws_of(period), name) for period, name in lie]):
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
        """Yield all withdrawn accounts, some at a time."""
        self._refresh_state()
        for hits in state_pages(self._client, self._names.state, [{"term": {"kind": "author"}}]):
            told = [(hit.key, decode(hit.source, GoneAuthor)) for hit in hits]
            yield [
                AccountTombstone(
                    "", name.removeprefix(gone_key("")), one.until, None if one.gone_at < 0 else one.gone_at
                )
                for name, one in told
            ]

    def salts(self) -> list[bytes]:
        """Return the salts that withdrawn accounts are named with, the store's own first."""
        return [own_salt(self._names), *(bytes.fromhex(salt) for salt in self._gone_note().salts)]

    def _gone_note(self) -> GoneNote:
        (found,) = get_many(self._client, [(self._names.state, AUTHORS)])
        return decode(found.source, GoneNote) if found.found else GoneNote()

    # -- in

    def load_posts(self, posts: Sequence[ExportRow]) -> dict[str, str]:
        """Take posts in as they are; see the contract."""
        read = decode_rows(posts)
        raws = {post.id: compress(held.raw) for post, held in read if held.raw}
        # They come in order, each after those loaded before: so those of one place stay in it.
        batch = {post.id: arrival(time.time_ns() // 1_000, turn) for turn, (post, _) in enumerate(read)}
        for _ in range(ATTEMPTS):
            shelf = self._shelf()
            shelf.look_up(Writes([Upsert(post) for post, _ in read]))
            made = plan_load(shelf, read, now_ms())
            self._complete(made)
            applied = self._writer.apply(made.plan, shelf, 0, batch=batch, raws=raws)
            if applied is not None and not applied.conflicts:
                return applied.refused
        raise StoreUnavailable("somebody else writes to this store")

    def _complete(self, made: LoadPlan) -> None:
        """Write the raw records of posts that are here already: whoever loaded them may have died in between."""
        writes = []
        for row, raw in made.unchanged:
            if raw and isinstance(row, Kept):
                data = encode({"data": base64.b64encode(compress(raw)).decode()})
                writes.append(Write("index", self._names.raws_of(row.period), key(row.post.id), data))
        self._send(writes)

    def load_tombstones(self, stones: Sequence[Tombstone]) -> None:
        """Take tombstones in with their numbers; what they concern goes."""
        made = WritePlan(now_ms(), tombstones={stone.id: stone.at for stone in stones})
        made.tombstone_seqs = {stone.id: stone.seq for stone in stones}
        for _ in range(ATTEMPTS):
            shelf = self._shelf()
            shelf.look_up(Writes(deletions=[Deletion(stone.id, stone.at) for stone in stones]))
            made.removals = shelf.stored(made.tombstones)
            made.quoted = list(made.tombstones)
            if self._writer.apply(made, shelf, 0, batch={}, raws={}) is not None:
                return
        raise StoreUnavailable("somebody else writes to this store")

    def load_accounts(self, accounts: Sequence[AccountTombstone], salts: Sequence[bytes]) -> None:
        """Take withdrawn accounts in, and the salts they are named with."""
        if not accounts:
            return
        own = own_salt(self._names)
        former = [salt.hex() for salt in merge_salts(self.salts(), salts) if salt != own]
        writes = [Write("index", self._names.state, AUTHORS, encode(GoneNote(now_ms(), former)))]
        names = [gone_key(one.name) for one in accounts]
        held = get_many(self._client, [(self._names.state, name) for name in names])
        for one, name, found in zip(accounts, names, held, strict=True):
            before = decode(found.source, GoneAuthor) if found.found else None
            told: dict[str, object] = {"until": max(one.until, before.until if before else -1), "kind": "author"}
            if one.at is not None and (before is None or before.gone_at >= 0):
                told["gone_at"] = max(one.at, before.gone_at if before else -1)
            writes.append(Write("index", self._names.state, name, encode(told)))
        self._send(writes)

    def note(self) -> bytes:
        """Return what was last noted of a moving into this store."""
        (found,) = get_many(self._client, [(self._names.state, _NOTE)])
        return bytes(found.source) if found.found else b""

    def save_note(self, note: bytes) -> None:
        """Keep a note (JSON) with the data."""
        self._send([Write("index", self._names.state, _NOTE, note)])

    def _send(self, writes: Sequence[Write]) -> None:
        for undone in self._bulk.send(writes):
            raise StoreUnavailable(f"Elasticsearch did not take {undone.key}: {undone.result} {undone.reason}")

    def _shelf(self) -> ElasticShelf:
        return ElasticShelf(self._client, self._names, self._refresh_posts)
