"""Account changes of a plan: hides the posts of accounts that are off, shows them again, and renames authors.

A hidden post leaves the searchable rows and is withheld beside them, so that no search, count, chart or export finds
it. When its account is back, the post is stored again under a version above its own, and its withheld copy goes once
the batch has published that. Reposts follow the post that they repost. One plan does at most `MAX_REMOVED` posts and
marks that more are left (`deletions.py`). docs/design/delivery.md ("Accounts that are off for now") has the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec

from pipeline.post import OWN, AccountChange, Author, AuthorDeletion, Post, Stamp, Upsert
from pipeline.query.document import describe
from pipeline.store.contract import Writes
from pipeline.store.merge_versions import FLOOD_MS, basis_of, raised
from pipeline.store.past.post_past import PostPast
from pipeline.store.plan import deletions
from pipeline.store.plan.account_rows import FORMER_HANDLES_MAX, AccountKey, AccountRow, WithheldPost
from pipeline.store.plan.lookups import PlanLookups
from pipeline.store.plan.write_plan import StoredRow, WritePlan
from pipeline.store.post_json import encode_post
from pipeline.store.prepared_rows import PreparedRow

BACK_AFTER_MS = 3_600_000
"""Milliseconds after which a new post of an account that is off shows that the account is back. Networks carry no post
of an account that is off, so the message of its return was missed; an hour covers clocks that differ."""

_ANY_VERSION = 2**63 - 1


class AccountPlanner:
    """Enters the account changes of one batch into its plan."""

    def __init__(self, lookups: PlanLookups, writes: Writes, plan: WritePlan, seq: int) -> None:
        self._lookups = lookups
        self._writes = writes
        self._plan = plan
        self._seq = seq
        wanted = {_key(upsert.post) for upsert in writes.upserts}
        wanted.update((change.source, change.author_id) for change in writes.account_changes)
        wanted.update((deletion.source, deletion.author_id) for deletion in writes.author_deletions)
        self._rows: dict[AccountKey, AccountRow] = {}
        self._looked_up: set[AccountKey] = set()
        self._look_up(wanted)
        self._known_before = {*self._rows}
        self._hiding: list[AccountKey] = []
        self._showing: list[AccountKey] = []
        self._renaming: list[AccountKey] = []
        self.prepared: dict[str, PreparedRow] = {}
        """Prepared rows of the posts that this planner adds to the batch."""
        self.pasts: dict[str, PostPast] = {}
        """Pasts of the hidden posts that are stored again."""

    def _look_up(self, keys: Iterable[AccountKey]) -> None:
        """Read what is known of accounts, each once."""
        wanted = {*keys} - self._looked_up
        if wanted:
            self._rows |= self._lookups.accounts(wanted)
            self._looked_up |= wanted

    def current(self) -> Writes:
        """Return the batch without deletions of accounts that are known to have come back later."""
        every = self._writes.author_deletions
        kept = [one for one in every if one.forgotten or not self._is_back_since(one)]
        return replace(self._writes, author_deletions=kept) if len(kept) < len(every) else self._writes

    def _is_back_since(self, deletion: AuthorDeletion) -> bool:
        row = self._rows.get((deletion.source, deletion.author_id))
        return row is not None and not row.hidden and row.at > deletion.at

    def run(self, upserts: Sequence[Upsert]) -> list[Upsert]:
        """Return the posts to store: those of the batch that may be shown, renamed ones, and those that are back."""
        for change in self._writes.account_changes:
            self._apply(change)
        for upsert in upserts:
            self._notice_return(upsert)
        self._wipe_withheld()
        found = {upsert.post.id: upsert for upsert in upserts}
        self._stored = self._lookups.with_posts({*self._hiding, *self._renaming})
        self._withheld = self._lookups.with_withheld(self._showing)
        for key in self._hiding:
            self._hide(key)
        for key in self._showing:
            self._show(key, found)
        for key in self._renaming:
            self._rename(key, found)
        self._look_up(_key(upsert.post) for upsert in found.values())
        return self._withhold([self._named(upsert) for upsert in found.values()])

    # -- states
    def _apply(self, change: AccountChange) -> None:
        key = (change.source, change.author_id)
        row = self._rows.get(key, AccountRow()).changed_by(change)
        if row is None:
            return
        self._set(key, row)
        if change.hidden is not None:
            (self._hiding if row.hidden else self._showing).append(key)
        if change.handle:
            self._renaming.append(key)

    def _notice_return(self, upsert: Upsert) -> None:
        """Let an account be back, or renamed, where one of its own records shows that the message was missed."""
        if not upsert.raw:
            return
        post, key = upsert.post, _key(upsert.post)
        row = self._rows.get(key)
        if row is None:
            return
        if row.hidden and post.version > row.at + BACK_AFTER_MS:
            row = msgspec.structs.replace(row, at=post.version, hidden=False)
            self._set(key, row)
            self._showing.append(key)
        handle = post.author.handle
        if row.handle and post.version > row.named_at and handle not in ("", post.author.id, row.handle, *row.former):
            self._set(key, row.renamed(handle, post.version))
            self._renaming.append(key)

    def _set(self, key: AccountKey, row: AccountRow) -> None:
        self._rows[key] = row
        self._plan.accounts[key] = row

    # -- steps of bounded size
    def _room(self) -> int:
        plan = self._plan
        return 0 if plan.left else deletions.MAX_REMOVED - len(plan.account_work)

    def _hide(self, key: AccountKey) -> None:
        """Withhold the stored posts of an account, each after its reposts."""
        if key not in self._stored:
            return
        room = self._room()
        found = self._lookups.by_author(*key, _ANY_VERSION, room + 1)
        reposts = self._lookups.reposts([row.post.id for row in found], room + 1, room + 1) if found else {}
        for row in found:
            for one in (*reposts.get(row.post.id, ()), row):
                if one.post.id not in self._plan.removals and not self._withhold_row(one, key):
                    return

    def _withhold_row(self, row: StoredRow, key: AccountKey) -> bool:
        if self._room() <= 0:
            self._plan.left = True
            return False
        self._plan.account_work.add(row.post.id)
        self._plan.removals[row.post.id] = row
        self._plan.withdrawn.append((row.post.id, row.post.version))
        post = msgspec.structs.replace(row.post, seq=self._seq)
        self._plan.withheld[row.post.id] = WithheldPost(post, key, past=row.past)
        return True

    def _show(self, key: AccountKey, found: dict[str, Upsert]) -> None:
        """Store withheld posts of an account again. The withheld copies go with the next call, once all is published:
        an attempt that dies before leaves them, and the next attempt publishes them again."""
        if key not in self._withheld:
            return
        room = self._room()
        if room <= 0:
            self._plan.left = True
            return
        waiting = self._lookups.withheld_of(key, 2 * deletions.MAX_REMOVED + 1)
        ids = [one.post.id for one in waiting]
        buried = self._lookups.tombstones(ids) if ids else {}
        stored = self._lookups.stored(ids) if ids else {}
        for one in waiting:
            post_id = one.post.id
            known = stored.get(post_id)
            version = one.post.version + 1
            is_published = known is not None and (known.post.seq >= self._seq or known.post.version > version)
            if post_id in buried or post_id in self._plan.tombstones or is_published:
                self._plan.settled.append(post_id)
                continue
            self._plan.left = True
            if len(self._plan.account_work) >= deletions.MAX_REMOVED:
                return
            self._plan.account_work.add(post_id)
            if known is not None:  # an attempt that died stored it: a version that is accepted publishes it again
                version = known.post.version + FLOOD_MS
            post = raised(one.post, version, self._seq)
            self.pasts[post_id] = one.past.hidden(self._seq)
            self._add(Upsert(post, one.raw), found)

    def _rename(self, key: AccountKey, found: dict[str, Upsert]) -> None:
        """Store the posts of an account again that show another handle than its present one."""
        row, room = self._rows[key], self._room()
        is_stored = key in self._stored
        found_rows = self._lookups.by_former_name(*key, row.handle, self._seq, room + 1) if is_stored else []
        if not (found_rows or row.former or row.at >= 0 or key in self._known_before):
            self._plan.accounts.pop(key)  # nothing of the account is stored, so there is nothing to remember
        for stored in found_rows:
            if self._room() <= 0:
                self._plan.left = True
                return
            post = stored.post
            former = [post.author.handle] if post.author.handle != post.author.id else []
            author = _with_names(post, row, former)
            self._plan.account_work.add(post.id)
            basis = basis_of(post)
            stamp = Stamp(OWN, max(basis.author.version, post.version) + 1)
            named = raised(post, post.version + 1, self._seq, author=author)
            named.basis = msgspec.structs.replace(basis, author=stamp)
            self._add(Upsert(named), found)
            if former and former[0] not in self._rows[key].former:
                earlier = (*self._rows[key].former, *former)[:FORMER_HANDLES_MAX]
                self._set(key, msgspec.structs.replace(self._rows[key], former=earlier))

    def _add(self, upsert: Upsert, found: dict[str, Upsert]) -> None:
        """Add a stored or withheld post to the batch, unless the batch has a greater version."""
        post = upsert.post
        named = found.get(post.id)
        if named is not None and named.post.version >= post.version:
            if post.id in self.pasts:
                self._prepare(msgspec.structs.replace(named.post, first_seq=post.first_seq), named, found)
            return
        self._plan.added.add(post.id)
        self._prepare(post, upsert, found)

    def _prepare(self, post: Post, upsert: Upsert, found: dict[str, Upsert]) -> None:
        """Let a post take the place of that of an upsert."""
        found[post.id] = Upsert(post, upsert.raw, upsert.alias)
        self.prepared[post.id] = PreparedRow(post, encode_post(post), None if post.repost_of else describe(post, None))

    def _wipe_withheld(self) -> None:
        """Remove the withheld posts of accounts that were deleted, and those that were deleted themselves."""
        self._plan.settled += self._plan.tombstones
        for deletion in self._writes.author_deletions:
            key = (deletion.source, deletion.author_id)
            if key not in self._plan.authors:
                continue
            room = self._room()
            waiting = self._lookups.withheld_of(key, room + 1, written=True) if room > 0 else []
            self._plan.left |= room <= 0 or len(waiting) > room
            self._plan.account_work.update(one.post.id for one in waiting[:room])
            self._plan.settled += [one.post.id for one in waiting[:room]]

    # -- posts of the batch
    def _named(self, upsert: Upsert) -> Upsert:
        """Return a post under its author's present name, found by the former ones too."""
        row = self._rows.get(_key(upsert.post))
        if row is None or not row.handle:
            return upsert
        author = _with_names(upsert.post, row, [])
        if author == upsert.post.author:
            return upsert
        post = msgspec.structs.replace(upsert.post, author=author)
        self.prepared[post.id] = PreparedRow(post, encode_post(post), None if post.repost_of else describe(post, None))
        return Upsert(post, upsert.raw, upsert.alias)

    def _withhold(self, upserts: Sequence[Upsert]) -> list[Upsert]:
        """Return the posts that may be shown; the others are withheld, unless a later version is withheld already."""
        hidden = {upsert.post.id: key for upsert in upserts if self._is_hidden(key := _key(upsert.post))}
        reposts = {upsert.post.id: upsert.post.repost_of for upsert in upserts if upsert.post.repost_of}
        if not (hidden or reposts):
            return [*upserts]
        known = self._lookups.withheld({*hidden, *reposts.values()})
        owners = {post_id: one.owner for post_id, one in known.items() if self._is_still_off(one.owner)}
        owners |= {post_id: one.owner for post_id, one in self._plan.withheld.items()} | hidden
        for post_id, original in reposts.items():
            if original in owners and post_id not in hidden:
                owners[post_id] = hidden[post_id] = owners[original]
        stored = self._lookups.stored(hidden) if hidden else {}
        for post_id, row in stored.items():
            if post_id not in self._plan.removals:
                self._plan.removals[post_id] = row
                self._plan.withdrawn.append((post_id, row.post.version))
        for upsert in upserts:
            post = upsert.post
            earlier = self._plan.withheld.get(post.id) or known.get(post.id)
            if post.id in hidden and (earlier is None or earlier.post.version <= post.version):
                known_before = earlier or stored.get(post.id) or WithheldPost(post, hidden[post.id])
                post = msgspec.structs.replace(post, first_seq=known_before.post.first_seq)
                self._plan.withheld[post.id] = WithheldPost(post, hidden[post.id], upsert.raw, known_before.past)
        return [upsert for upsert in upserts if upsert.post.id not in hidden]

    def _is_hidden(self, key: AccountKey) -> bool:
        row = self._rows.get(key)
        return row is not None and row.hidden

    def _is_still_off(self, owner: AccountKey) -> bool:
        self._look_up([owner])
        return self._is_hidden(owner)


def _key(post: Post) -> AccountKey:
    return post.source, post.author.id


def _with_names(post: Post, row: AccountRow, former: Sequence[str]) -> Author:
    """Return the author of a post with the account's present handle, and with the handles it had before."""
    author = post.author
    known = {"", author.id, row.handle, *row.former, *former}
    handle = row.handle if author.handle in known or post.version <= row.named_at else author.handle
    replaced = [] if author.handle in (author.id, "") else [author.handle]
    earlier = dict.fromkeys([*former, *replaced, *author.former_handles, *row.former])
    earlier.pop(handle, None)
    return msgspec.structs.replace(author, handle=handle, former_handles=list(earlier)[:FORMER_HANDLES_MAX])
