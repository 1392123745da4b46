"""Plan lookups in Elasticsearch: finds a batch's stored rows, tombstones, deleted accounts and reposts for the planner.

Everything known of an id is read from the index `state` first, in real time: where its post is stored, its tombstone,
and whether it was ever reposted. The post is then read from its index. Only reposts, quotes and an account's posts are
searched for, and reposts only if `state` says that there are some. All that was read is remembered with its version
numbers, which the writes name as their condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.store.contract import Writes
from pipeline.store.elastic.cluster.bulk import Write
from pipeline.store.elastic.cluster.client import ElasticClient
from pipeline.store.elastic.cluster.json_codec import decode
from pipeline.store.elastic.cluster.multi_get import GotDocument, get_many
from pipeline.store.elastic.index_names import IndexNames, key
from pipeline.store.elastic.state_documents import (
    AUTHORS,
    AccountTombstonesNote,
    AccountTombstoneSource,
    Locator,
    account_tombstone_key,
    own_account_tombstone_key,
    own_salt,
    post_key,
)
from pipeline.store.elastic.stored_post import PostSource, VersionedRow, author_key, versioned_row
from pipeline.store.elastic.write.accounts import ElasticAccounts
from pipeline.store.elastic.write.stored_post_search import StoredPostSearch
from pipeline.store.plan import AccountKey, AccountRow, StoredRow, WithheldPost
from pipeline.store.plan.detachments import quote_tombstones
from pipeline.store.plan.edit_aliases import editable_ids
from pipeline.store.tombstone_rules import account_hash


@dataclass(slots=True)
class VersionedLocator:
    """A locator as it was read, with the numbers that a conditional write must name (-1: it does not exist yet)."""

    locator: Locator
    seq_no: int = -1
    term: int = -1


class ElasticPlanLookups:
    """Lookups of one attempt at a batch. Remembers all that it read, for the writes that follow."""

    def __init__(self, client: ElasticClient, names: IndexNames, refresh: Callable[[], None]) -> None:
        self._client = client
        self._names = names
        self._search = StoredPostSearch(client, names, refresh)
        self.known_accounts = ElasticAccounts(client, names)
        self._known: dict[str, VersionedLocator] = {}
        self._rows: dict[str, VersionedRow | None] = {}
        self._has_account_tombstones = False
        self.former_salts: list[str] = []
        """Hexadecimal salts of other stores whose account tombstones were copied into this one."""

    def prefetch(self, writes: Writes) -> None:
        """Read at once all that the planner will look up for a batch."""
        ids = {upsert.post.id for upsert in writes.upserts}
        ids.update(deletion.id for deletion in writes.deletions)
        ids.update(upsert.post.repost_of or upsert.post.quote_of for upsert in writes.upserts)
        ids.update(one.id for one in writes.detachments)
        ids.discard("")
        aliases = {upsert.alias for upsert in writes.upserts if upsert.alias}
        wanted = [*ids, *((quote_tombstones(writes) | editable_ids(writes) | aliases) - ids)]
        pairs = [(self._names.state, AUTHORS)] + [(self._names.state, post_key(post_id)) for post_id in wanted]
        found = get_many(self._client, pairs)
        note = next(found)
        self._has_account_tombstones = note.found
        self.former_salts = decode(note.source, AccountTombstonesNote).salts if note.found else []
        self._remember(wanted, found)
        self._read(ids)

    def known(self, post_id: str) -> VersionedLocator:
        """Return the locator of an id, as read from `state`."""
        if post_id not in self._known:
            self._locate([post_id])
        return self._known[post_id]

    def remember(self, post_id: str, locator: Locator, write: Write) -> None:
        """Remember a locator that was just written."""
        self._known[post_id] = VersionedLocator(locator, write.seq_no, write.term)

    def account_tombstone(self, author: tuple[str, str]) -> AccountTombstoneSource:
        """Return the tombstone of a (source, author id) under this store's own salt; empty if there is none."""
        (got,) = get_many(self._client, [(self._names.state, own_account_tombstone_key(self._names, *author))])
        if not got.found:
            return AccountTombstoneSource()
        account = decode(got.source, AccountTombstoneSource)
        return AccountTombstoneSource(account.until, account.gone_at, got.seq_no, got.term)

    def row(self, post_id: str) -> VersionedRow | None:
        """Return the row of an id as it was read, None if it is not stored."""
        self._read([post_id])
        return self._rows[post_id]

    def quotes(self, ids: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
        """Yield the (period, key) of all stored quotes of posts, some at a time."""
        return self._search.quotes_of(ids)

    def _locate(self, ids: Iterable[str]) -> None:
        wanted = [post_id for post_id in dict.fromkeys(ids) if post_id not in self._known]
        if wanted:
            pairs = [(self._names.state, post_key(post_id)) for post_id in wanted]
            self._remember(wanted, get_many(self._client, pairs))

    def _remember(self, ids: Sequence[str], found: Iterator[GotDocument]) -> None:
        for post_id, got in zip(ids, found, strict=True):
            locator = decode(got.source, Locator) if got.found else Locator(id=post_id)
            numbers = (got.seq_no, got.term) if got.found else ()
            self._known[post_id] = VersionedLocator(locator, *numbers)

    def _read(self, ids: Iterable[str]) -> None:
        wanted = [post_id for post_id in dict.fromkeys(ids) if post_id not in self._rows]
        if not wanted:
            return
        self._locate(wanted)
        periods = [(post_id, self._known[post_id].locator.period) for post_id in wanted]
        stored = [(post_id, period) for post_id, period in periods if period]
        self._rows.update(dict.fromkeys(wanted))
        pairs = [(self._names.posts_of(period), key(post_id)) for post_id, period in stored]
        for (post_id, period), got in zip(stored, get_many(self._client, pairs), strict=True):
            if got.found:
                source = decode(got.source, PostSource)
                self._rows[post_id] = versioned_row(source, period, got.seq_no, got.term)

    # -- the planner's interface

    def tombstones(self, ids: Iterable[str]) -> dict[str, int]:
        """Return id → when (ms) the tombstone of the post was written, for those ids that have one."""
        wanted = list(ids)
        self._locate(wanted)
        stones = ((post_id, self._known[post_id].locator) for post_id in wanted)
        return {post_id: stone.gone_at for post_id, stone in stones if stone.gone_seq >= 0}

    def deletion_versions(self, ids: Iterable[str]) -> dict[str, int]:
        """Return the versions (ms) of the deletions of those ids that may be used again and have a tombstone."""
        wanted = list(ids)
        self._locate(wanted)
        found = {post_id: self._known[post_id].locator.gone_version for post_id in wanted}
        return {post_id: version for post_id, version in found.items() if version >= 0}

    def aliases(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the post of which those ids that stand for a later version are one."""
        wanted = list(ids)
        self._locate(wanted)
        found = {post_id: self._known[post_id].locator.alias_of for post_id in wanted}
        return {post_id: alias_of for post_id, alias_of in found.items() if alias_of}

    def account_tombstones(self, authors: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return (source, author id) → the time (ms) up to which the account's posts stay out."""
        if not self._has_account_tombstones:
            return {}
        salts = [own_salt(self._names), *(bytes.fromhex(salt) for salt in self.former_salts)]
        wanted = [(author, account_tombstone_key(account_hash(*author, salt))) for author in authors for salt in salts]
        found: dict[tuple[str, str], int] = {}
        pairs = [(self._names.state, name) for _, name in wanted]
        for (author, _), got in zip(wanted, get_many(self._client, pairs), strict=True):
            if got.found:
                until = decode(got.source, AccountTombstoneSource).until
                found[author] = max(until, found.get(author, until))
        return found

    def stored(self, ids: Iterable[str]) -> dict[str, StoredRow]:
        """Return the rows of those ids that are stored."""
        wanted = list(ids)
        self._read(wanted)
        return {post_id: row for post_id in wanted if (row := self._rows[post_id]) is not None}

    def reposts(self, ids: Iterable[str], each: int, together: int) -> dict[str, list[StoredRow]]:
        """Return the stored reposts of posts by the id of their original, newest first.

        At most `each` of an original and `together` in all, those of the first ids.
        """
        wanted = list(ids)
        self._locate(wanted)
        found: dict[str, list[StoredRow]] = {}
        for post_id in wanted:
            if self._known[post_id].locator.reposted and together > 0:
                rows = self._first(self._search.reposts_of(post_id), min(each, together))
                found[post_id] = [row for row in rows if row.post.repost_of == post_id]
                together -= len(rows)
        return {original: rows for original, rows in found.items() if rows}

    def by_author(self, source: str, author_id: str, until: int, limit: int) -> list[StoredRow]:
        """Return at most `limit` stored posts of an account with a version up to `until` (ms)."""
        found: dict[str, StoredRow] = {}
        for page in self._remembered(self._search.posts_by(source, author_id)):
            for row in page:
                post = row.post
                if post.source == source and post.author.id == author_id and post.version <= until:
                    found[post.id] = row
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    def by_former_name(self, source: str, author_id: str, handle: str, before_seq: int, limit: int) -> list[StoredRow]:
        """Return stored posts of an account that show another handle; see `PlanLookups.by_former_name`."""
        found: dict[str, StoredRow] = {}
        for page in self._remembered(self._search.named_otherwise(source, author_id, handle)):
            for row in page:
                post = row.post
                own = post.source == source and post.author.id == author_id
                if own and post.author.handle != handle and post.seq < before_seq:
                    found[post.id] = row
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    def with_posts(self, keys: Iterable[AccountKey]) -> set[AccountKey]:
        """Return those of the accounts that may have stored posts."""
        wanted = {one: author_key(*one) for one in keys}
        found = self._search.authors_among({*wanted.values()})
        return {one for one, name in wanted.items() if name in found}

    def with_withheld(self, keys: Iterable[AccountKey]) -> set[AccountKey]:
        """Return those of the accounts because of which posts are hidden."""
        return self.known_accounts.with_withheld(keys)

    def accounts(self, keys: Iterable[AccountKey]) -> dict[AccountKey, AccountRow]:
        """Return what is known of accounts."""
        return self.known_accounts.known(keys)

    def withheld(self, ids: Iterable[str]) -> dict[str, WithheldPost]:
        """Return those of the posts that are hidden."""
        return self.known_accounts.withheld(ids)

    def withheld_of(self, owner: AccountKey, limit: int, *, written: bool = False) -> list[WithheldPost]:
        """Return hidden posts of an account; see `PlanLookups.withheld_of`."""
        return self.known_accounts.withheld_of(owner, limit, written=written)

    def _first(self, pages: Iterable[list[VersionedRow]], limit: int) -> list[StoredRow]:
        """Return the first `limit` rows of pages, each once."""
        found: dict[str, StoredRow] = {}
        for page in self._remembered(pages):
            found.update((row.post.id, row) for row in page)
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    def _remembered(self, pages: Iterable[list[VersionedRow]]) -> Iterator[list[VersionedRow]]:
        """Yield pages with each row as it was read first: the plan is then made from the versions that the writes will
        name."""
        for page in pages:
            yield [self._rows.setdefault(row.post.id, row) or row for row in page]
