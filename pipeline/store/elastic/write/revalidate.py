"""Looking again after a batch was written: what came in between its reading and its writing?

Two workers that write at once each look after they wrote, so at least one of them sees the other. This module says what
is to be done once more and writes nothing.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import msgspec

from pipeline.post import AuthorDeletion, Deletion
from pipeline.query.document import describe
from pipeline.store.contract import Entry, Writes
from pipeline.store.elastic.write.lookups import ElasticShelf, Locator
from pipeline.store.elastic.write.writing import Applied
from pipeline.store.plan import MAX_TOUCHED, RowUpsert, StoredRow, WritePlan
from pipeline.store.post_json import encode_post, with_original

_UNFINISHED_MS = 30_000
"""An original that has its place and is not there is being written by someone who began less than this ago; else it was
pruned, or its writer died."""


@dataclass(slots=True)
class Afterwards:
    """`fresh` reads anew, `seen` is what the plan `made` was based on. `awaited` are new posts that had reposts before.
    `unfinished`: an original is being written."""

    fresh: ElasticShelf
    seen: ElasticShelf
    made: WritePlan
    applied: Applied
    awaited: Set[str]
    unfinished: bool = False

    def repeated(self, writes: Writes, *, wait: bool) -> Writes:
        """Return what of a batch is to be planned again; `wait` says whether to wait for an unfinished original."""
        conflicts = self.applied.conflicts
        ids = conflicts | self._overtaken(wait)
        again = [one for one in writes.upserts if one.post.id in ids or one.post.repost_of in conflicts]
        return Writes(again, self._left_over(), self._left_over_authors(writes))

    def _overtaken(self, wait: bool) -> set[str]:
        """Return reposts whose original says something else than they were told, or was withdrawn."""
        written = {put.post.id for put in self.made.upserts}
        doubtful = [put.post for put in self.made.upserts if put.post.repost_of and put.post.repost_of not in written]
        self.fresh.stored(post.repost_of for post in doubtful)
        overtaken = set()
        for post in doubtful:
            locator = self.fresh.known(post.repost_of).locator
            then, now = self.seen.row(post.repost_of), self.fresh.row(post.repost_of)
            if locator.gone_seq >= 0 or _says(then) != _says(now):
                overtaken.add(post.id)
            elif now is None and wait and self._is_being_written(locator):
                self.unfinished = True
                overtaken.add(post.id)
        return overtaken

    def _is_being_written(self, locator: Locator) -> bool:
        return bool(locator.period) and locator.begun_at > self.made.now_ms - _UNFINISHED_MS

    def retold(self, seq: int, suspects: Set[str]) -> WritePlan:
        """Return the plan for reposts that do not know what their original says: stored by others just now, or by this
        worker for an edit that another one overtook (`suspects` are such originals)."""
        retold = WritePlan(self.made.now_ms, self.made.retained_from_ms)
        wanted = {put.post.id for put in self.made.upserts if self._moved(put)} | suspects
        if wanted:
            reposts = self.fresh.reposts(wanted, MAX_TOUCHED, MAX_TOUCHED)
            for original, row in self.fresh.stored(reposts).items():
                for repost in reposts[original]:
                    if describe(repost.post, row.post) != repost.document:
                        _retell(retold, repost, row, seq)
        return retold

    def _moved(self, put: RowUpsert) -> bool:
        """Return whether a post came or changed what it says, and may have reposts by now."""
        if put.post.repost_of or put.post.id in self.applied.conflicts or put.post.id in self.applied.refused:
            return False
        return put.reindex if put.stored is not None else put.post.id in self.awaited

    def _left_over(self) -> list[Deletion]:
        """Return withdrawals to be done once more: a repost was stored meanwhile. Where more is left than one plan may
        remove, the whole batch comes again."""
        if self.made.left or not self.made.tombstones:
            return []
        found = self.fresh.reposts(self.made.tombstones, 1, len(self.made.tombstones))
        return [Deletion(post_id, self.made.now_ms) for post_id in found]

    def _left_over_authors(self, writes: Writes) -> list[AuthorDeletion]:
        asked = () if self.made.left else writes.author_deletions
        return [gone for gone in asked if self.fresh.by_author(gone.source, gone.author_id, gone.at, 1)]


def _says(row: StoredRow | None) -> object:
    return None if row is None else (row.document.words, row.document.facets, row.document.urls)


def _retell(retold: WritePlan, row: StoredRow, original: StoredRow, seq: int) -> None:
    version = max(row.post.version + 1, original.post.version)
    post = msgspec.structs.replace(row.post, version=version, changed=2, seq=max(row.post.seq, seq))
    document, body = describe(post, original.post), encode_post(post)
    retold.upserts.append(RowUpsert(post, document, body, row, touched=row.touched))
    inside = with_original(body, original.body)
    retold.entries.append(Entry(post, original.post, document, inside, row.document, row.post.seq))
