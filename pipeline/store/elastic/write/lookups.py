"""What planning a batch looks up in Elasticsearch. Reads only, and all of it in real time, refreshed or not.

By id everything is asked of `state` first, which knows where a post lies, whether it was withdrawn and whether anyone
reposted it; then of the index it lies in. Only reposts and an account's posts are searched for, after a refresh, and
reposts only where `state` says that there are some.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from pipeline.errors import StoreUnavailable
from pipeline.query.analyser import fold
from pipeline.store.contract import Writes
from pipeline.store.elastic.client import Cause, Client, at, decode
from pipeline.store.elastic.names import IndexNames, key
from pipeline.store.elastic.rows import Kept, Row, author_key, kept, original_key
from pipeline.store.elastic.schema import by_place
from pipeline.store.elastic.write.bulk import Write
from pipeline.store.plan import StoredRow
from pipeline.store.tombstones import account_hash

AT_ONCE = 1_000
SEARCHED_AT_ONCE = 500
AUTHORS = "authors"
"""The key of a note that some account was withdrawn; without it none needs to be looked up. It names the salts of other
stores whose withdrawn accounts were moved in here."""


class Locator(msgspec.Struct, omit_defaults=True):
    """What `state` knows of an id: where its post lies and when (ms) somebody began to store it, whether it was ever
    reposted, when it was withdrawn."""

    id: str = ""
    place: int = -1
    period: str = ""
    begun_at: int = -1
    reposted: bool = False
    gone_seq: int = -1
    gone_at: int = -1


@dataclass(slots=True)
class Known:
    """A locator as it was read, with the number that a conditional write must name (-1: there is none yet)."""

    locator: Locator
    seq_no: int = -1
    term: int = -1


class _Got(msgspec.Struct):
    id: str = msgspec.field(name="_id", default="")
    found: bool = False
    seq_no: int = msgspec.field(name="_seq_no", default=-1)
    term: int = msgspec.field(name="_primary_term", default=-1)
    source: msgspec.Raw = msgspec.field(name="_source", default_factory=msgspec.Raw)
    error: Cause | None = None


class _GotMany(msgspec.Struct):
    docs: list[_Got]


class _Hit(msgspec.Struct):
    index: str = msgspec.field(name="_index")
    seq_no: int = msgspec.field(name="_seq_no")
    term: int = msgspec.field(name="_primary_term")
    source: Row = msgspec.field(name="_source")
    sort: list[int]


class _Hits(msgspec.Struct):
    hits: list[_Hit]


class _Found(msgspec.Struct):
    hits: _Hits


class _NamedHit(msgspec.Struct):
    key: str = msgspec.field(name="_id")
    index: str = msgspec.field(name="_index")
    sort: list[int]


class _NamedHits(msgspec.Struct):
    hits: list[_NamedHit]


class _Named(msgspec.Struct):
    hits: _NamedHits


F = TypeVar("F", _Found, _Named)


class GoneAuthor(msgspec.Struct):
    """Until when (ms) the posts of an account are withdrawn, with the number a conditional write must name.

    `gone_at` is when that was told; -1: it was forgotten on purpose, and that is kept for good.
    """

    until: int = -1
    gone_at: int = -1
    seq_no: int = -1
    term: int = -1


def post_key(post_id: str) -> str:
    """Return the key in `state` of what is known of an id."""
    return key("p:" + post_id)


class GoneNote(msgspec.Struct, omit_defaults=True):
    """What lies under `AUTHORS`: when (ms) one was last withdrawn, and salts of other stores, in hexadecimal."""

    until: int = -1
    salts: list[str] = []


def own_salt(names: IndexNames) -> bytes:
    """Return the salt of these indices."""
    return hashlib.sha256(names.state.encode()).digest()


def gone_author_key(names: IndexNames, source: str, author_id: str) -> str:
    """Return the key in `state` of a withdrawn account: a hash of these indices' own, which tells nobody who it was."""
    return gone_key(account_hash(source, author_id, own_salt(names)))


def gone_key(name: str) -> str:
    """Return the key in `state` of a withdrawn account by its name."""
    return "a:" + name


def get_many(client: Client, wanted: Sequence[tuple[str, str]], *, sources: bool = True) -> Iterator[_Got]:
    """Yield the documents of (index, key) pairs in their order, those not there with `found` False; without `sources`
    only whether they are there."""
    more = {} if sources else {"_source": False}
    for start in range(0, len(wanted), AT_ONCE):
        docs = [{"_index": index, "_id": name, **more} for index, name in wanted[start : start + AT_ONCE]]
        answer = client.ask("POST", "/_mget", {"docs": docs}, into=_GotMany)
        for got in answer.docs:
            if got.error is not None and got.error.type != "index_not_found_exception":
                raise StoreUnavailable(f"Elasticsearch cannot read now: {got.error.told()}")
            yield got


class ElasticShelf:
    """Looks things up for one attempt at a batch, and remembers what it saw for those who write."""

    def __init__(self, client: Client, names: IndexNames, refresh: Callable[[], None]) -> None:
        self._client = client
        self._names = names
        self._refresh = refresh
        self._known: dict[str, Known] = {}
        self._rows: dict[str, Kept | None] = {}
        self._some_author_gone = False
        self.former: list[str] = []
        self._refreshed = False

    def look_up(self, writes: Writes) -> None:
        """Read at once what a batch will ask for."""
        ids = {upsert.post.id for upsert in writes.upserts}
        ids.update(deletion.id for deletion in writes.deletions)
        ids.update(upsert.post.repost_of or upsert.post.quote_of for upsert in writes.upserts)
        ids.discard("")
        wanted = list(ids)
        pairs = [(self._names.state, AUTHORS)] + [(self._names.state, post_key(post_id)) for post_id in wanted]
        found = get_many(self._client, pairs)
        gone = next(found)
        self._some_author_gone = gone.found
        self.former = decode(gone.source, GoneNote).salts if gone.found else []
        self._note(wanted, found)
        self._read(ids)

    def known(self, post_id: str) -> Known:
        """Return what `state` knows of an id."""
        if post_id not in self._known:
            self._locate([post_id])
        return self._known[post_id]

    def note(self, post_id: str, locator: Locator, write: Write) -> None:
        """Take in what was just written."""
        self._known[post_id] = Known(locator, write.seq_no, write.term)

    def gone_author(self, author: tuple[str, str]) -> GoneAuthor:
        """Return what is known of a withdrawn account."""
        (got,) = get_many(self._client, [(self._names.state, gone_author_key(self._names, *author))])
        if not got.found:
            return GoneAuthor()
        told = decode(got.source, GoneAuthor)
        return GoneAuthor(told.until, told.gone_at, got.seq_no, got.term)

    def row(self, post_id: str) -> Kept | None:
        """Return the row of an id as it was read."""
        self._read([post_id])
        return self._rows[post_id]

    def _locate(self, ids: Iterable[str]) -> None:
        wanted = [post_id for post_id in dict.fromkeys(ids) if post_id not in self._known]
        if wanted:
            pairs = [(self._names.state, post_key(post_id)) for post_id in wanted]
            self._note(wanted, get_many(self._client, pairs))

    def _note(self, ids: Sequence[str], found: Iterator[_Got]) -> None:
        for post_id, got in zip(ids, found, strict=True):
            locator = decode(got.source, Locator) if got.found else Locator(id=post_id)
            self._known[post_id] = Known(locator, got.seq_no, got.term) if got.found else Known(locator)

    def _read(self, ids: Iterable[str]) -> None:
        wanted = [post_id for post_id in dict.fromkeys(ids) if post_id not in self._rows]
        if not wanted:
            return
        self._locate(wanted)
        lie = [(post_id, self._known[post_id].locator.period) for post_id in wanted]
        there = [(post_id, period) for post_id, period in lie if period]
        self._rows.update(dict.fromkeys(wanted))
        pairs = [(self._names.posts_of(period), key(post_id)) for post_id, period in there]
        for (post_id, period), got in zip(there, get_many(self._client, pairs), strict=True):
            if got.found:
                row = decode(got.source, Row)
                self._rows[post_id] = kept(row, period, got.seq_no, got.term)

    # -- the Shelf of `plan`

    def tombstones(self, ids: Iterable[str]) -> dict[str, int]:
        """Return when (ms) those of the ids that have a tombstone were withdrawn here."""
        wanted = list(ids)
        self._locate(wanted)
        stones = ((post_id, self._known[post_id].locator) for post_id in wanted)
        return {post_id: stone.gone_at for post_id, stone in stones if stone.gone_seq >= 0}

    def account_tombstones(self, authors: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return until when (ms) posts of those (source, author id) are withdrawn."""
        if not self._some_author_gone:
            return {}
        salts = [own_salt(self._names), *(bytes.fromhex(salt) for salt in self.former)]
        wanted = [(author, gone_key(account_hash(*author, salt))) for author in authors for salt in salts]
        found: dict[tuple[str, str], int] = {}
        pairs = [(self._names.state, name) for _, name in wanted]
        for (author, _), got in zip(wanted, get_many(self._client, pairs), strict=True):
            if got.found:
                until = decode(got.source, GoneAuthor).until
                found[author] = max(until, found.get(author, until))
        return found

    def stored(self, ids: Iterable[str]) -> dict[str, StoredRow]:
        """Return the rows of those ids that are stored."""
        wanted = list(ids)
        self._read(wanted)
        return {post_id: row for post_id in wanted if (row := self._rows[post_id]) is not None}

    def reposts(self, ids: Iterable[str], each: int, together: int) -> dict[str, list[StoredRow]]:
        """Return stored reposts by the id of their original, newest first; see `plan.PlanLookups`."""
        wanted = list(ids)
        self._locate(wanted)
        found: dict[str, list[StoredRow]] = {}
        for post_id in wanted:
            if self._known[post_id].locator.reposted and together > 0:
                rows = self._search([{"term": {"original": original_key(post_id)}}], min(each, together))
                found[post_id] = [row for row in rows if row.post.repost_of == post_id]
                together -= len(rows)
        return {original: rows for original, rows in found.items() if rows}

    def by_author(self, source: str, author_id: str, until: int, limit: int) -> list[StoredRow]:
        """Return stored posts of an account with a version up to `until` (ms), at most `limit`."""
        found: dict[str, StoredRow] = {}
        for rows in self._searched([{"term": {"by": author_key(source, author_id)}}]):
            for row in rows:
                post = row.post
                if post.source == source and post.author.id == author_id and post.version <= until:
                    found[post.id] = row
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    def quotes(self, ids: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
        """Yield the periods and keys of the stored quotes of posts, some at a time."""
        for start in range(0, len(ids), SEARCHED_AT_ONCE):
            facets = ["quote_of:" + fold(post_id) for post_id in ids[start : start + SEARCHED_AT_ONCE]]
            body = {"_source": False, **_newest([{"terms": {"facets": facets}}])}
            for hits in self._pages(body, _Named):
                yield [(self._names.period(hit.index) or "", hit.key) for hit in hits]

    def _search(self, conditions: list[dict[str, object]], limit: int) -> list[StoredRow]:
        """Return rows that meet all conditions, newest first, at most `limit`, out of what is refreshed now."""
        found: dict[str, StoredRow] = {}
        for rows in self._searched(conditions):
            found.update((row.post.id, row) for row in rows)
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    def _searched(self, conditions: list[dict[str, object]]) -> Iterator[list[StoredRow]]:
        """Yield rows that meet all conditions, newest first, some at a time; one may come twice."""
        for hits in self._pages({"seq_no_primary_term": True, **_newest(conditions)}, _Found):
            rows: list[StoredRow] = []
            for hit in hits:
                row = kept(hit.source, self._names.period(hit.index) or "", hit.seq_no, hit.term)
                rows.append(self._rows.setdefault(row.post.id, row) or row)
            yield rows

    def _pages(self, body: dict[str, object], into: type[F]) -> Iterator[Any]:
        """Yield what a search finds, refreshed now, some hits at a time."""
        if not self._refreshed:
            self._refresh()
            self._refreshed = True
        after: list[int] | None = None
        while True:
            if after is not None:
                body["search_after"] = [after[0], after[1] + 1]  # the last one again: another may stand where it does
            hits = self._client.ask("POST", at(self._names.posts, "_search"), body, into=into, params=_WHOLE).hits.hits
            yield hits
            if len(hits) < SEARCHED_AT_ONCE or hits[-1].sort == after:
                return
            after = hits[-1].sort


def _newest(conditions: list[dict[str, object]]) -> dict[str, object]:
    return {
        "size": SEARCHED_AT_ONCE,
        "query": {"bool": {"filter": conditions}},
        "sort": by_place("desc"),
        "track_total_hits": False,
    }


_WHOLE = {"allow_partial_search_results": "false", "ignore_unavailable": "true"}
