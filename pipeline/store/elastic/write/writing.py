"""Applying a plan without a transaction: in an order that leaves nothing wrong wherever it stops.

First `state`: tombstones, where new posts will lie, which originals have reposts. Each of these writes names what it
read, and one conflict means that nothing of the plan is done and it is made anew. Then the posts, each under its own
condition; an edited original after the reposts that take its new words, so that whoever begins again edits it again.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from pipeline.errors import RowRefused, StoreUnavailable
from pipeline.store import sort_key as places
from pipeline.store.elastic.client import encode
from pipeline.store.elastic.names import IndexNames, key, period_of
from pipeline.store.elastic.rows import Kept, source_of
from pipeline.store.elastic.schema import Layout
from pipeline.store.elastic.write.bulk import Bulk, Write
from pipeline.store.elastic.write.lookups import AUTHORS, ElasticShelf, GoneNote, Locator, gone_author_key, post_key
from pipeline.store.plan import RowUpsert, WritePlan

_A_DAY = 86_400_000 << places.TIE_BITS
"""In places."""


@dataclass(slots=True)
class Applied:
    """What came of a plan: `conflicts` are ids that another worker wrote first, `refused` those the server cannot store
    (id → why)."""

    conflicts: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)


class Writer:
    """Writes plans. Belongs to one thread at a time."""

    def __init__(self, layout: Layout, bulk: Bulk) -> None:
        self._layout = layout
        self._names = layout.names
        self._bulk = bulk

    def apply(
        self, made: WritePlan, shelf: ElasticShelf, seq: int, *, batch: Mapping[str, int], raws: Mapping[str, bytes]
    ) -> Applied | None:
        """Write a plan; None if another worker was faster in `state`, and nothing is done. `batch` are the ids it was
        made for with their arrivals, `raws` their packed raw records."""
        try:
            if not self._write_state(made, shelf, seq):
                return None
            return self._write_posts(made, shelf, batch, raws)
        except StoreUnavailable:
            self._layout.forget()
            raise

    # -- state

    def _write_state(self, made: WritePlan, shelf: ElasticShelf, seq: int) -> bool:
        locators = self._locators(made, shelf, seq)
        writes = {post_id: self._locator_write(shelf, post_id, locator) for post_id, locator in locators.items()}
        everything = [*writes.values(), *self._author_writes(made, shelf)]
        if not everything:
            return True
        undone = self._bulk.send(everything)
        for post_id, locator in locators.items():
            if writes[post_id].result == "done":
                shelf.note(post_id, locator, writes[post_id])
        for write in undone:
            if write.result == "refused":
                raise RowRefused(f"Elasticsearch refused to note {write.key}: {write.reason}")
        return not undone

    def _locators(self, made: WritePlan, shelf: ElasticShelf, seq: int) -> dict[str, Locator]:
        """Return what is to be known of ids from now on, where that differs."""
        changed: dict[str, Locator] = {}

        def now(post_id: str) -> Locator:
            if post_id not in changed:
                changed[post_id] = msgspec.structs.replace(shelf.known(post_id).locator)
            return changed[post_id]

        for post_id, since in made.tombstones.items():
            locator = now(post_id)
            number = made.tombstone_seqs.get(post_id, seq)
            locator.id, locator.gone_seq, locator.gone_at = post_id, max(number, locator.gone_seq), since
        for put in made.upserts:
            if put.stored is None:
                locator = now(put.post.id)
                if not locator.period:
                    locator.period = period_of(put.post.created_at, made.now_ms)
                    locator.begun_at = made.now_ms
                    locator.place = places.last(put.post.created_at) if put.sort_key < 0 else put.sort_key
            if put.post.repost_of:
                original = now(put.post.repost_of)
                original.reposted = True
                at = put.stored.sort_key if put.stored is not None else now(put.post.id).place
                if not original.period and original.place < at - _A_DAY:
                    original.place = at  # it is not stored, and is forgotten when its newest reposts are
        return {post_id: one for post_id, one in changed.items() if one != shelf.known(post_id).locator}

    def _locator_write(self, shelf: ElasticShelf, post_id: str, locator: Locator) -> Write:
        known = shelf.known(post_id)
        return Write(
            _action(known.seq_no), self._names.state, post_key(post_id), encode(locator), known.seq_no, known.term
        )

    def _author_writes(self, made: WritePlan, shelf: ElasticShelf) -> list[Write]:
        if not made.authors:
            return []
        writes = [Write("index", self._names.state, AUTHORS, encode(GoneNote(made.now_ms, shelf.former)))]
        for author, until in made.authors.items():
            known = shelf.gone_author(author)
            told = {"until": max(until, known.until), "kind": "author"}
            for_good = author in made.forgotten or (known.seq_no >= 0 and known.gone_at < 0)
            body = encode(told if for_good else told | {"gone_at": made.now_ms})
            name = gone_author_key(self._names, *author)
            writes.append(Write(_action(known.seq_no), self._names.state, name, body, known.seq_no, known.term))
        return writes

    # -- posts

    def _write_posts(
        self, made: WritePlan, shelf: ElasticShelf, batch: Mapping[str, int], raws: Mapping[str, bytes]
    ) -> Applied:
        applied = Applied()
        children = {put.post.id: put.post.repost_of for put in made.upserts if put.post.id not in batch}
        last = set(children.values())
        self._put([put for put in made.upserts if put.post.id not in last], shelf, raws, applied, made, arrivals=batch)
        for child, original in children.items():
            if child in applied.conflicts:
                applied.conflicts.add(original)
        edited = [put for put in made.upserts if put.post.id in last - applied.conflicts]
        self._put(edited, shelf, raws, applied, None, arrivals=batch)
        return applied

    def _put(
        self,
        puts: list[RowUpsert],
        shelf: ElasticShelf,
        raws: Mapping[str, bytes],
        applied: Applied,
        removing: WritePlan | None,
        *,
        arrivals: Mapping[str, int],
    ) -> None:
        writes: list[Write] = []
        ids: dict[int, str] = {}
        for put in puts:
            write = self._post_write(put, shelf, arrivals)
            ids[id(write)] = put.post.id
            writes.append(write)
            if put.raw:
                period = self._names.period(write.index) or ""
                data = encode({"data": base64.b64encode(raws[put.post.id]).decode()})
                writes.append(Write("index", self._names.raws_of(period), write.key, data))
        self._layout.ensure(*dict.fromkeys(write.index for write in writes))
        for post_id, row in removing.removals.items() if removing is not None else ():
            writes += removal(self._names, key(post_id), row.period) if isinstance(row, Kept) else []
        for quotes in shelf.quotes(removing.quoted) if removing is not None else ():
            self._bulk.send([Write("delete", self._names.raws_of(period), name) for period, name in quotes])
        writes += self._stale(puts, removing)
        if not writes:
            return
        for write in self._bulk.send(writes):
            owner = ids.get(id(write))
            if owner is not None and write.result == "conflict":
                applied.conflicts.add(owner)
            elif owner is not None:
                applied.refused[owner] = write.reason

    def _stale(self, puts: list[RowUpsert], removing: WritePlan | None) -> list[Write]:
        """Return notes that the reach of those is to be reckoned again whose reposts went or became another's."""
        stale = {row.post.repost_of for row in removing.removals.values()} if removing is not None else set()
        stale |= {
            put.stored.post.repost_of
            for put in puts
            if put.stored is not None and put.stored.post.repost_of != put.post.repost_of
        }
        return [
            Write("index", self._names.state, stale_key(original), encode(Stale(original)))
            for original in stale - {""}
            if removing is None or original not in removing.removals
        ]

    def _post_write(self, put: RowUpsert, shelf: ElasticShelf, arrivals: Mapping[str, int]) -> Write:
        row = put.stored
        if isinstance(row, Kept):
            index = self._names.posts_of(row.period)
            source = source_of(put, row.sort_key, row.reach, row.arrival)
            return Write("index", index, key(put.post.id), source, row.seq_no, row.term)
        locator = shelf.known(put.post.id).locator
        reach = put.document.numbers.get("followers") if put.sort_key < 0 else put.reach
        source = source_of(put, locator.place, reach, arrivals[put.post.id])
        return Write("create", self._names.posts_of(locator.period), key(put.post.id), source)


def _action(seq_no: int) -> Literal["create", "index"]:
    return "create" if seq_no < 0 else "index"


class Stale(msgspec.Struct):
    """A note that the reach of a post must be reckoned again."""

    id: str
    kind: str = "stale"


def stale_key(post_id: str) -> str:
    """Return the key in `state` of such a note."""
    return key("s:" + post_id)


def removal(names: IndexNames, name: str, period: str) -> list[Write]:
    """Return the writes that remove a post, by its key, and its raw record."""
    return [Write("delete", names.posts_of(period), name), Write("delete", names.raws_of(period), name)]
