"""Upserts of a plan: merges posts with their stored versions, and describes and encodes each accepted post once.

A repost is described by its original's words. Stored reposts (at most 250 a batch) of an original that is new or was
edited are written again under a higher version, so that clients replace them. Enters the rows to write, and for each
accepted post the entry to match and publish.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import msgspec

from pipeline.post import Post, QuoteDetachment, Upsert
from pipeline.query.document import Document, describe
from pipeline.store.contract import Entry
from pipeline.store.merge_versions import MergeOutcome, merge, raised, rests_on
from pipeline.store.past.post_past import NO_PAST, PostPast
from pipeline.store.plan.detachments import quote_tombstone
from pipeline.store.plan.lookups import PlanLookups
from pipeline.store.plan.write_plan import RowUpsert, StoredRow, WritePlan
from pipeline.store.post_json import encode_post, with_original
from pipeline.store.prepared_rows import PreparedRow

MAX_TOUCHED = 250
"""Most stored reposts that are indexed again for originals of a batch that were edited or arrived late; other reposts
follow at their own next version. SQLite overwrites what it removes from its index, which takes up to 12 ms of CPU a
post while other workers wait."""


@dataclass(slots=True)
class _Merged:
    """Result of merging one upsert.

    `outcome` is None for a post that is new; `detached` is set where it lost its quote.
    """

    post: Post
    outcome: MergeOutcome | None
    stored: StoredRow | None
    raw: bytes
    body: bytes
    detached: bool = False


class UpsertPlanner:
    """Merges the upserts of one batch into a plan.

    `pasts` are those of hidden posts that are stored again. `again` is as in `Writes`.
    """

    def __init__(
        self,
        lookups: PlanLookups,
        plan: WritePlan,
        seq: int,
        prepared: Mapping[str, PreparedRow],
        *,
        detached: Container[str] = (),
        pasts: Mapping[str, PostPast] = MappingProxyType({}),
        again: bool = False,
    ) -> None:
        self._lookups = lookups
        self._plan = plan
        self._seq = seq
        self._prepared = prepared
        self._detached = detached
        self._pasts = pasts
        self._again = again

    def run(self, upserts: Sequence[Upsert], detachments: Sequence[QuoteDetachment] = ()) -> None:
        """Enter the rows and entries of all accepted posts, and of stored posts whose quote is detached."""
        if not upserts and not detachments:
            return
        wanted = {upsert.post.id for upsert in upserts} | {one.id for one in detachments}
        for upsert in upserts:
            wanted.add(upsert.post.repost_of or upsert.post.quote_of)
        wanted.discard("")
        rows = self._remaining(wanted)
        merged = {upsert.post.id: self._merge(upsert, rows.get(upsert.post.id)) for upsert in upserts}
        for detachment in detachments:
            self._detach(detachment, merged, rows.get(detachment.id))
        accepted = {key: one for key, one in merged.items() if one.outcome != "dropped"}
        others = {one.post.repost_of or one.post.quote_of for one in accepted.values()} - wanted - {""}
        if others:  # a redelivery keeps the stored version, which may name another original
            rows.update(self._remaining(others))
        accepted_rows: dict[str, RowUpsert] = {}
        for key, one in accepted.items():
            original = one.post.repost_of or one.post.quote_of
            source = merged.get(original) or rows.get(original) if original else None
            accepted_rows[key] = self._accept(one, source)
        self._touch_reposts(accepted, accepted_rows)
        self._plan.upserts = list(accepted_rows.values())

    def _remaining(self, ids: Iterable[str]) -> dict[str, StoredRow]:
        """Return the stored rows of ids that the plan does not remove."""
        rows = self._lookups.stored(ids)
        return {key: row for key, row in rows.items() if key not in self._plan.removals}

    def _merge(self, upsert: Upsert, row: StoredRow | None) -> _Merged:
        new, raw = upsert.post, upsert.raw
        detached = bool(new.quote_of) and quote_tombstone(new.id, new.quote_of) in self._detached
        if detached:
            new, raw = msgspec.structs.replace(new, quote_of="", detached_quote=new.quote_of), b""
        if row is None:
            prepared = self._prepared.get(new.id)
            if prepared is None or prepared.post is not new or new.rewritten:
                # It lost its quote, is a later version of a post, or was written again: clients may hold another text.
                numbers = {"seq": self._seq, "first_seq": new.first_seq or self._seq}
                new = msgspec.structs.replace(new, **numbers, changed=2 if new.rewritten else 0)
                return _Merged(new, None, None, raw, encode_post(new), detached)
            return _Merged(new, None, None, raw, prepared.body)
        post, outcome = merge(row.post, new, self._seq)
        if outcome == "dropped" and self._again:
            post, outcome = msgspec.structs.replace(row.post, seq=max(row.post.seq, self._seq)), "redelivered"
        if not rests_on(post, new):
            raw = b""
        if post.detached_quote and not post.quote_of:
            detached, raw = True, b""
        body = row.body if outcome == "dropped" else encode_post(post)
        return _Merged(post, outcome, row, raw, body, detached)

    def _detach(self, one: QuoteDetachment, merged: dict[str, _Merged], row: StoredRow | None) -> None:
        """Enter a post whose quote is detached, or attached again, as merged; a post that came along lost it before."""
        known = merged.get(one.id)
        if row is None:
            return
        post = row.post if known is None or known.outcome == "dropped" else known.post
        before, after = (post.detached_quote, post.quote_of) if one.attached else (post.quote_of, post.detached_quote)
        if one.quoted not in (before, after):
            return
        seq = max(post.seq, self._seq)
        if before == one.quoted:
            outcome: MergeOutcome = "content"
            quote = (one.quoted, "") if one.attached else ("", one.quoted)
            version = max(post.version, row.post.version) + 1
            post = raised(post, version, seq, quote_of=quote[0], detached_quote=quote[1], changed=2)
        elif known is None or known.outcome == "dropped":
            outcome, post = "redelivered", msgspec.structs.replace(post, seq=seq)
        else:
            return
        merged[one.id] = _Merged(post, outcome, row, b"", encode_post(post), not one.attached)

    def _accept(self, one: _Merged, source: _Merged | StoredRow | None) -> RowUpsert:
        """Return the row of an accepted post, described with its original `source`, and enter what is published."""
        original = source.post if source is not None else None
        row = one.stored
        prepared = self._prepared.get(one.post.id) if row is None else None
        document = prepared.document if prepared is not None and prepared.post is one.post else None
        if document is None:
            document = describe(one.post, original)
        upsert = RowUpsert(one.post, document, one.body, row, one.raw, past=self._pasts.get(one.post.id, NO_PAST))
        if row is not None:
            upsert.past = row.past
            if one.outcome != "redelivered":
                is_content = one.outcome == "content"
                upsert.past = row.past.replaced(row.body, row.document, document, one.post.seq, content=is_content)
            upsert.reindex = _differs(row.document, document)
            upsert.touched = row.touched
            upsert.forget_raw = one.detached
        before = row.document if row is not None and one.outcome != "redelivered" else None
        body = with_original(one.body, source.body if source is not None else None)
        before_seq = row.post.seq if row is not None and before is not None else 0
        self._plan.entries.append(Entry(one.post, original, document, body, before, before_seq, upsert.past))
        return upsert

    def _touch_reposts(self, accepted: Mapping[str, _Merged], rows: dict[str, RowUpsert]) -> None:
        """Write stored reposts again whose original is new, was edited, or was redelivered after an edit.

        A touched repost gets a version above its own, so that clients replace the version they hold.
        """
        moved = [
            key
            for key, one in accepted.items()
            if one.stored is None or one.outcome == "content" or (one.outcome == "redelivered" and one.stored.touched)
        ]
        if not moved:
            return
        for key, reposts in self._lookups.reposts(moved, MAX_TOUCHED, MAX_TOUCHED).items():
            source = accepted[key]
            for row in reposts:
                if row.post.id not in rows and row.post.id not in self._plan.removals:
                    rows[key].touched = True
                    rows[row.post.id] = self._accept(self._touched(row, source), source)

    def _touched(self, row: StoredRow, source: _Merged) -> _Merged:
        seq = max(row.post.seq, self._seq)
        if source.outcome == "redelivered":
            post = msgspec.structs.replace(row.post, seq=seq)
            return _Merged(post, "redelivered", row, b"", encode_post(post))
        version = max(row.post.version + 1, source.post.version)
        post = raised(row.post, version, seq, changed=2)
        return _Merged(post, "content", row, b"", encode_post(post))


def _differs(old: Document, new: Document) -> bool:
    return (
        old.words != new.words
        or old.facets != new.facets
        or old.urls != new.urls
        or old.bio != new.bio
        or old.name != new.name
    )
