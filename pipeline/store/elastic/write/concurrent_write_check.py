"""Revalidation of a written batch: finds the writes of other workers between its reading and its writing.

Says what must be done again: posts that conflicted or whose original changed, stored reposts that show an outdated
original, and deletions that missed posts. Two workers that write at once both look after they wrote, so that at least
one of them sees the other's writes. This module writes nothing.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from pipeline.post import AccountChange, AuthorDeletion, Deletion, QuoteDetachment
from pipeline.query.document import describe
from pipeline.store.contract import Entry, Writes
from pipeline.store.elastic.state_documents import Locator
from pipeline.store.elastic.write.plan_lookups import ElasticPlanLookups
from pipeline.store.elastic.write.plan_writer import AppliedPlan
from pipeline.store.merge_versions import raised
from pipeline.store.plan import MAX_TOUCHED, RowUpsert, StoredRow, WritePlan
from pipeline.store.plan.detachments import quote_tombstone
from pipeline.store.post_json import encode_post, with_original

_UNFINISHED_MS = 30_000
"""Milliseconds after which an original that has a locator and no post is no longer being written: it was pruned, or its
writer died."""


@dataclass(slots=True)
class Revalidation:
    """Compares the rows that a plan was based on with the rows stored now.

    `fresh` reads anew, `seen` holds the rows that the plan `made` was based on, `applied` its result. `awaited` are new
    posts that had reposts before. `unfinished` is set where an original is still being written by another worker.
    """

    fresh: ElasticPlanLookups
    seen: ElasticPlanLookups
    made: WritePlan
    applied: AppliedPlan
    awaited: Set[str]
    unfinished: bool = False

    def repeated(self, writes: Writes, *, wait: bool) -> Writes:
        """Return the part of a batch to plan again; with `wait`, reposts of unfinished originals too."""
        conflicts = self.applied.conflicts
        ids = conflicts | self._overtaken(wait) | self._hidden_meanwhile()
        again = [one for one in writes.upserts if one.post.id in ids or one.post.repost_of in conflicts]
        return Writes(
            again,
            self._left_over(),
            self._left_over_authors(writes),
            self._left_over_changes(writes),
            detachments=self._left_over_quotes(writes),
            again=writes.again,
        )

    def _overtaken(self, wait: bool) -> set[str]:
        """Return the reposts whose original was deleted, or has other content than the repost was described by."""
        written = {put.post.id for put in self.made.upserts}
        doubtful = [put.post for put in self.made.upserts if put.post.repost_of and put.post.repost_of not in written]
        self.fresh.stored(post.repost_of for post in doubtful)
        overtaken = set()
        for post in doubtful:
            locator = self.fresh.known(post.repost_of).locator
            then, now = self.seen.row(post.repost_of), self.fresh.row(post.repost_of)
            if locator.gone_seq >= 0 or _content(then) != _content(now):
                overtaken.add(post.id)
            elif now is None and wait and self._is_being_written(locator):
                self.unfinished = True
                overtaken.add(post.id)
        return overtaken

    def _is_being_written(self, locator: Locator) -> bool:
        return bool(locator.period) and locator.begun_at > self.made.now_ms - _UNFINISHED_MS

    def outdated_reposts(self, seq: int, suspects: Set[str]) -> WritePlan:
        """Return the plan for stored reposts that do not have the present content of their original.

        Another worker stored them just now, or this worker touched them for an edit that another worker overtook
        (`suspects` are the originals of such edits).
        """
        made = WritePlan(self.made.now_ms, self.made.retained_from_ms)
        wanted = {put.post.id for put in self.made.upserts if self._may_have_reposts(put)} | suspects
        if wanted:
            reposts = self.fresh.reposts(wanted, MAX_TOUCHED, MAX_TOUCHED)
            for original, row in self.fresh.stored(reposts).items():
                for repost in reposts[original]:
                    if describe(repost.post, row.post) != repost.document:
                        _describe_again(made, repost, row, seq)
        return made

    def _may_have_reposts(self, put: RowUpsert) -> bool:
        """Tell whether a post is new or has new content, and may have reposts by now."""
        if put.post.repost_of or put.post.id in self.applied.conflicts or put.post.id in self.applied.refused:
            return False
        return put.reindex if put.stored is not None else put.post.id in self.awaited

    def _left_over(self) -> list[Deletion]:
        """Return the deletions to repeat because a repost was stored meanwhile.

        If more was left than one plan may remove, the whole batch comes again and nothing is repeated here.
        """
        if self.made.left or not self.made.tombstones:
            return []
        found = self.fresh.reposts(self.made.tombstones, 1, len(self.made.tombstones))
        return [Deletion(post_id, self.made.now_ms) for post_id in found]

    def _left_over_quotes(self, writes: Writes) -> list[QuoteDetachment]:
        """Return the detachments to repeat: of posts in conflict, and of quotes that came in between."""
        conflicts = self.applied.conflicts
        found = [one for one in writes.detachments if one.id in conflicts]
        rows = self.fresh.stored({one.id for one in writes.detachments} - conflicts)
        stored = {post_id: row.post.quote_of for post_id, row in rows.items()}
        found += [one for one in writes.detachments if not one.attached and stored.get(one.id) == one.quoted]
        written = {quote_tombstone(put.post.id, put.post.quote_of): put.post for put in self._quotes_written()}
        overtaken = [written[name] for name in self.fresh.tombstones(written)] if written else []
        found += [QuoteDetachment(post.id, post.quote_of) for post in overtaken]
        return list(dict.fromkeys(found))

    def _quotes_written(self) -> list[RowUpsert]:
        return [put for put in self.made.upserts if put.post.quote_of and put.post.id not in self.applied.conflicts]

    def _left_over_authors(self, writes: Writes) -> list[AuthorDeletion]:
        deletions = () if self.made.left else writes.author_deletions
        planned = [gone for gone in deletions if (gone.source, gone.author_id) in self.made.authors]
        return [gone for gone in planned if self.fresh.by_author(gone.source, gone.author_id, gone.at, 1)]

    def _hidden_meanwhile(self) -> set[str]:
        """Return the written posts whose account another worker noted as off since this plan was made."""
        written = {put.post.id: (put.post.source, put.post.author.id) for put in self.made.upserts}
        known = self.fresh.accounts(set(written.values())) if written else {}
        return {post_id for post_id, account in written.items() if account in known and known[account].hidden}

    def _left_over_changes(self, writes: Writes) -> list[AccountChange]:
        """Return the account changes to repeat because posts were stored meanwhile, or a post was written first by
        another worker."""
        if self.made.left:
            return []
        if self.applied.conflicts & self.made.added:
            return [*writes.account_changes]
        off = [
            one for one in writes.account_changes if one.hidden and (one.source, one.author_id) in self.made.accounts
        ]
        return [one for one in off if self.fresh.by_author(one.source, one.author_id, 2**63 - 1, 1)]


def _content(row: StoredRow | None) -> object:
    return None if row is None else (row.document.words, row.document.facets, row.document.urls)


def _describe_again(made: WritePlan, row: StoredRow, original: StoredRow, seq: int) -> None:
    """Add to a plan that a repost is described by its original again, under a version above its own."""
    version = max(row.post.version + 1, original.post.version)
    post = raised(row.post, version, seq, changed=2)
    document, body = describe(post, original.post), encode_post(post)
    past = row.past.replaced(row.body, row.document, document, post.seq, content=True)
    made.upserts.append(RowUpsert(post, document, body, row, touched=row.touched, past=past))
    inside = with_original(body, original.body)
    made.entries.append(Entry(post, original.post, document, inside, row.document, row.post.seq, past))
