"""What a batch does to a store: which rows to put, which to remove, which tombstones to write.

The rules of docs/delivery.md ("In the worker" step 2, "Things that change") live here once for every store. A store
lends a `Shelf` to look things up and applies the `Plan` in the same transaction. Nothing is written here.
All posts of a batch share the batch's first publication number.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from pipeline.jsonlines import line_safe
from pipeline.post import AuthorDeletion, Post, Upsert
from pipeline.query.document import Document, describe
from pipeline.store.contract import Entry, Persisted, Writes
from pipeline.store.draft import Draft, draft, encode
from pipeline.store.merge import Outcome, merge

MAX_TOUCHED = 250
"""So many stored reposts are indexed again for the originals of a batch that were edited or come late; the rest at
their own next version. SQLite overwrites what it takes out of its index, which takes up to 12 ms of CPU a post, and
other workers wait meanwhile."""

MAX_REMOVED = 100
"""So many posts go in one transaction that no event names: reposts of what is withdrawn, posts of an account."""

ANNOUNCE_MS = 3_600_000
"""A deletion whose row is already gone is announced again while its tombstone is younger than this."""


@dataclass(slots=True)
class Stored:
    """A row as it is before the batch; `touched` says that an edit of it once reached stored reposts."""

    place: int
    post: Post
    body: bytes
    document: Document
    touched: bool = False


class Shelf(Protocol):
    """What planning must look up, a batch at a time."""

    def tombstones(self, ids: Iterable[str]) -> dict[str, int]:
        """Return when (ms) those of the ids that have a tombstone were withdrawn here."""
        ...

    def withdrawn_authors(self, authors: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return until when (ms) posts of those (source, author id) are withdrawn.

        A store keeps them by a hash salted with its own secret, never by name; those of `Plan.forgotten` for good, the
        others as long as its tombstones.
        """
        ...

    def stored(self, ids: Iterable[str]) -> dict[str, Stored]:
        """Return the rows of those ids that are stored."""
        ...

    def reposts(self, ids: Iterable[str], each: int, together: int) -> dict[str, list[Stored]]:
        """Return stored reposts by the id of their original, newest first, at most `each` an original and `together` in
        all: those of the first ids."""
        ...

    def by_author(self, source: str, author_id: str, until: int, limit: int) -> list[Stored]:
        """Return stored posts of an account with a version up to `until` (ms), at most `limit`."""
        ...


@dataclass(slots=True)
class Put:
    """A row to write. `stored` is the one it replaces; `reindex` says that its words or facets differ from that.

    A new one that is moved in from another store brings its `place` and `reach` along (`place` < 0: it is not).
    """

    post: Post
    document: Document
    body: bytes
    stored: Stored | None = None
    raw: bytes = b""
    reindex: bool = True
    touched: bool = False
    place: int = -1
    reach: int | None = None


@dataclass(slots=True)
class Plan:
    """All that one transaction writes at `now_ms`. Tombstones are (id → when); authors (source, id) → until when.
    `numbers` are the publication numbers of tombstones that are not the batch's but moved in with their own.

    A store also drops the raw records of its quotes of what is in `quoted`: they hold what is withdrawn. `left`:
    withdrawals take more along than is removed here.

    Entries made before `retained_from_ms` are written (a fresh repost may need its old original) and not reported.
    """

    now_ms: int
    retained_from_ms: int = 0
    puts: list[Put] = field(default_factory=list)
    removals: dict[str, Stored] = field(default_factory=dict)
    tombstones: dict[str, int] = field(default_factory=dict)
    authors: dict[tuple[str, str], int] = field(default_factory=dict)
    forgotten: set[tuple[str, str]] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    tombstoned: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    quoted: list[str] = field(default_factory=list)
    left: bool = False

    def persisted(self) -> Persisted:
        """Return the contract's report of this plan."""
        inserted = sum(put.stored is None for put in self.puts)
        since = self.retained_from_ms
        entries = [entry for entry in self.entries if entry.post.created_at >= since] if since else self.entries
        return Persisted(entries, self.deleted, self.tombstoned, inserted, self.left)


def with_original(body: bytes, original: bytes | None) -> bytes:
    """Return a post's wire JSON with the original's inside. Every body that leaves a store passes here: one that an
    earlier version stored with characters that cut lines comes out without them."""
    return line_safe(body if original is None else b'%b,"original":%b}' % (body[:-1], original))


def plan(
    shelf: Shelf,
    writes: Writes,
    seq: int,
    now_ms: int,
    *,
    retention_ms: int = 0,
    drafts: Mapping[str, Draft] | None = None,
) -> Plan:
    """Return what a batch does to the store that `shelf` shows. `now_ms` stamps tombstones; posts older than
    `retention_ms` (0: no limit) are not reported. `drafts` are the batch's with the same `seq`, if they are made."""
    made = Plan(now_ms, now_ms - retention_ms if retention_ms else 0)
    upserts, blocked = _let_in(shelf, writes, made)
    _delete(shelf, writes, made, blocked)
    drafts = draft(writes, seq) if drafts is None else drafts
    kept = [upsert for upsert in upserts if upsert.post.id not in made.tombstones]
    _Merging(shelf, made, seq, drafts).run([_without_withdrawn(upsert, made.tombstones, blocked) for upsert in kept])
    return made


def _without_withdrawn(upsert: Upsert, *withdrawn: Container[str]) -> Upsert:
    """Return a quote of what is withdrawn without its raw record, which holds that as well."""
    quoted = upsert.post.quote_of
    return Upsert(upsert.post) if quoted and any(quoted in ids for ids in withdrawn) else upsert


def _let_in(shelf: Shelf, writes: Writes, made: Plan) -> tuple[list[Upsert], dict[str, int]]:
    """Return the upserts that no tombstone forbids, and all tombstones that concern the batch."""
    ids = {upsert.post.id for upsert in writes.upserts}
    for upsert in writes.upserts:
        ids.update((upsert.post.repost_of, upsert.post.quote_of))
    ids.discard("")
    ids.update(deletion.id for deletion in writes.deletions)
    buried = shelf.tombstones(ids)
    fresh = {deletion.id for deletion in writes.deletions}
    authors = shelf.withdrawn_authors({(upsert.post.source, upsert.post.author.id) for upsert in writes.upserts})
    for gone in writes.author_deletions:
        key = (gone.source, gone.author_id)
        authors[key] = max(gone.at, authors.get(key, gone.at))
    upserts = []
    for upsert in writes.upserts:
        post = upsert.post
        if post.id in buried or post.id in fresh:
            made.tombstoned.append(post.id)
        elif _by_gone_author(post, authors):
            made.tombstones[post.id] = 0
        else:
            upserts.append(upsert)
    # Only now: an original that is refused with its author may stand in the batch after its repost.
    while carried := {one.post.id for one in upserts if _carries(one.post, buried, fresh, made.tombstones)}:
        made.tombstones.update(dict.fromkeys(carried, 0))
        upserts = [one for one in upserts if one.post.id not in carried]
    return upserts, buried


def _carries(post: Post, *withdrawn: Container[str]) -> bool:
    """Tell whether a post is a repost of what is withdrawn, before it or with it."""
    return bool(post.repost_of) and any(post.repost_of in ids for ids in withdrawn)


def _by_gone_author(post: Post, authors: Mapping[tuple[str, str], int]) -> bool:
    return bool(authors) and post.version <= authors.get((post.source, post.author.id), -1)


def _delete(shelf: Shelf, writes: Writes, made: Plan, buried: Mapping[str, int]) -> None:
    asked = dict.fromkeys([deletion.id for deletion in writes.deletions] + list(made.tombstones))
    rows = shelf.stored(asked) if asked else {}
    for gone in writes.author_deletions:
        key = (gone.source, gone.author_id)
        made.authors[key] = max(gone.at, made.authors.get(key, gone.at))
        if gone.forgotten:
            made.forgotten.add(key)
    most = len(rows) + MAX_REMOVED
    if asked:
        carried = shelf.reposts(asked, most + 1, most + 1)
        _take_along(rows, [row for some in carried.values() for row in some], most, made)
    for gone in writes.author_deletions:
        if not made.left:
            _take_account(shelf, gone, rows, most, made)
    made.removals = rows
    made.quoted = [*dict.fromkeys([*rows, *(() if writes.continued else asked)])]
    for post_id in dict.fromkeys([*asked, *rows]):
        since = buried.get(post_id)
        if post_id in rows or since is None or made.now_ms - since < ANNOUNCE_MS:
            made.deleted.append(post_id)
        made.tombstones[post_id] = made.now_ms if since is None else since
        made.tombstoned.append(post_id)
    made.tombstoned = list(dict.fromkeys(made.tombstoned))


def _take_along(rows: dict[str, Stored], found: Sequence[Stored], most: int, made: Plan) -> bool:
    """Add rows to those that go, `most` in all; tell whether there was room for all."""
    for row in found:
        if row.post.id not in rows:
            if len(rows) >= most:
                made.left = True
                return False
            rows[row.post.id] = row
    return True


def _take_account(shelf: Shelf, gone: AuthorDeletion, rows: dict[str, Stored], most: int, made: Plan) -> None:
    """Add the posts of an account, each after its reposts: one that went before them would leave them behind."""
    found = shelf.by_author(gone.source, gone.author_id, gone.at, most + 1)
    carried = shelf.reposts([row.post.id for row in found], most + 1, most + 1) if found else {}
    for row in found:
        if not _take_along(rows, [*carried.get(row.post.id, ()), row], most, made):
            return


@dataclass(slots=True)
class _Merged:
    post: Post
    outcome: Outcome | None
    stored: Stored | None
    raw: bytes
    body: bytes


class _Merging:
    """Merges the upserts of one batch, then describes and encodes each accepted post once."""

    def __init__(self, shelf: Shelf, made: Plan, seq: int, drafts: Mapping[str, Draft]) -> None:
        self._shelf = shelf
        self._made = made
        self._seq = seq
        self._drafts = drafts

    def run(self, upserts: Sequence[Upsert]) -> None:
        if not upserts:
            return
        ids = {upsert.post.id for upsert in upserts}
        wanted = set(ids)
        for upsert in upserts:
            wanted.add(upsert.post.repost_of or upsert.post.quote_of)
        wanted.discard("")
        rows = self._kept(wanted)
        merged = {upsert.post.id: self._merge(upsert, rows.get(upsert.post.id)) for upsert in upserts}
        accepted = {key: one for key, one in merged.items() if one.outcome != "dropped"}
        others = {one.post.repost_of or one.post.quote_of for one in accepted.values()} - wanted - {""}
        if others:  # a redelivery keeps what is stored, another original too
            rows.update(self._kept(others))
        puts: dict[str, Put] = {}
        for key, one in accepted.items():
            original = one.post.repost_of or one.post.quote_of
            source = merged.get(original) or rows.get(original) if original else None
            puts[key] = self._put(one, source)
        self._touch(accepted, puts)
        self._made.puts = list(puts.values())

    def _kept(self, ids: Iterable[str]) -> dict[str, Stored]:
        rows = self._shelf.stored(ids)
        return {key: row for key, row in rows.items() if key not in self._made.removals}

    def _merge(self, upsert: Upsert, row: Stored | None) -> _Merged:
        if row is None:
            return _Merged(upsert.post, None, None, upsert.raw, self._drafts[upsert.post.id].body)
        post, outcome = merge(row.post, upsert.post, self._seq)
        body = row.body if outcome == "dropped" else encode(post)
        return _Merged(post, outcome, row, upsert.raw, body)

    def _put(self, one: _Merged, source: _Merged | Stored | None) -> Put:
        original = source.post if source is not None else None
        row = one.stored
        document = self._drafts[one.post.id].document if row is None else None
        if document is None:
            document = describe(one.post, original)
        put = Put(one.post, document, one.body, row, one.raw)
        if row is not None:
            put.reindex = _differs(row.document, document)
            put.touched = row.touched
        before = row.document if row is not None and one.outcome != "again" else None
        body = with_original(one.body, source.body if source is not None else None)
        before_seq = row.post.seq if row is not None and before is not None else 0
        self._made.entries.append(Entry(one.post, original, document, body, before, before_seq))
        return put

    def _touch(self, accepted: Mapping[str, _Merged], puts: dict[str, Put]) -> None:
        """Take in stored reposts whose original came, or says something else now, or was redelivered after that.

        A touched repost gets a version above its own, so that watchers replace the one they hold.
        """
        moved = [
            key
            for key, one in accepted.items()
            if one.stored is None or one.outcome == "content" or (one.outcome == "again" and one.stored.touched)
        ]
        if not moved:
            return
        for key, reposts in self._shelf.reposts(moved, MAX_TOUCHED, MAX_TOUCHED).items():
            source = accepted[key]
            for row in reposts:
                if row.post.id in puts or row.post.id in self._made.removals:
                    continue
                puts[key].touched = True
                if source.outcome == "again":
                    post = msgspec.structs.replace(row.post, seq=max(row.post.seq, self._seq))
                else:
                    version = max(row.post.version + 1, source.post.version)
                    post = msgspec.structs.replace(
                        row.post, version=version, changed=2, seq=max(row.post.seq, self._seq)
                    )
                outcome: Outcome = "again" if source.outcome == "again" else "content"
                puts[row.post.id] = self._put(_Merged(post, outcome, row, b"", encode(post)), source)


def _differs(old: Document, new: Document) -> bool:
    return (
        old.words != new.words
        or old.facets != new.facets
        or old.urls != new.urls
        or old.bio != new.bio
        or old.name != new.name
    )
