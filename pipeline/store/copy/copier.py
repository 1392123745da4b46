"""Copier: copies everything in a store into another, in the order of sort keys, so that a stopped copy can be resumed.

`copy_obstacle` tells why a target may not be copied into, such as data of its own. `copy_store` copies deleted
accounts, tombstones, hidden posts, posts, decks and coverage, and yields the progress, with posts that the target
cannot store. The target keeps a progress note. Every run copies all tombstones again, before posts. Loading is
idempotent, so a run that died between a batch and its note repeats that batch without harm. `compare` checks the
result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from pipeline.store.contract import CopyAccess, Store
from pipeline.store.copy.copied_decks import copy_decks, every_record

MAX_REFUSED_REPORTED = 20


class CopyNote(msgspec.Struct):
    """Progress of a copy out of the store `source`.

    `posts` were copied: all below the sort key `place`, and `beside` of those at that key, which are copied again. A
    finished copy starts anew, to bring in what was stored since.
    """

    source: str
    place: int = 0
    posts: int = 0
    beside: int = 0


@dataclass(slots=True)
class CopyProgress:
    """Posts copied in all, and by this run (`now`). `refused` are some that the target cannot store (id → reason)."""

    posts: int = 0
    now: int = 0
    refused: dict[str, str] = field(default_factory=dict)


def copy_obstacle(source: Store, target: Store) -> str:
    """Return why nothing may be copied into a store, "" if it is empty or holds a copy of this source."""
    if source.identity == target.identity:
        return "it is the same store"
    into = target.copy_access()
    if _noted_source(into) == source.identity:
        return ""
    posts = target.indexed()
    if posts:
        return f"it holds {posts:,} posts of its own"
    if any(into.tombstones()):
        return "it holds tombstones of its own"
    if any(every_record(target.deck_records())):
        return "it holds decks of its own"
    return ""


def posts_copied_before(source: Store, target: Store) -> int:
    """Return how many posts an earlier, unfinished run has copied."""
    return _note(target.copy_access(), source).posts


def copy_store(source: Store, target: Store, *, stopping: Callable[[], bool] = lambda: False) -> Iterator[CopyProgress]:
    """Copy everything, and yield the progress after each batch; end early once `stopping` returns True."""
    out, into = source.copy_access(), target.copy_access()
    note = _note(into, source)
    note.posts, note.beside = note.posts - note.beside, 0
    done = CopyProgress(note.posts)
    into.save_note(msgspec.json.encode(note))
    salts = out.salts()
    for accounts in out.accounts():
        into.load_accounts(accounts, salts)
    for stones in out.tombstones():
        into.load_tombstones(stones)
        if stopping():
            return
    for hidden in out.hidden_posts():
        into.load_hidden_posts(hidden)
        if stopping():
            return
    for batch in out.posts(since=note.place):
        refused = into.load_posts(batch)
        for post_id, why in refused.items():
            if len(done.refused) < MAX_REFUSED_REPORTED:
                done.refused[post_id] = why
        last = batch[-1].sort_key
        note.beside = sum(row.sort_key == last for row in batch) + (note.beside if note.place == last else 0)
        note.place = last  # more posts of this sort key may come in the next batch
        note.posts += len(batch)
        into.save_note(msgspec.json.encode(note))
        done.posts, done.now = note.posts, done.now + len(batch)
        yield done
        if stopping():
            return
    copy_decks(source.deck_records(), target.deck_records())
    _copy_coverage(source, target)
    into.save_note(msgspec.json.encode(CopyNote(source.identity)))


def _copy_coverage(source: Store, target: Store) -> None:
    """Enter missing coverage rows: first the open ones, which change others, then the closed ones, which do not."""
    rows = source.coverage()
    there = set(target.coverage())
    for row in [row for row in rows if row.until is None] + [row for row in rows if row.until is not None]:
        if row not in there:
            target.add_coverage(row)
            there.add(row)


def _note(into: CopyAccess, source: Store) -> CopyNote:
    """Return the note of an earlier copy from this source, or a new one."""
    saved = into.note()
    note = msgspec.json.decode(saved, type=CopyNote) if saved else CopyNote("")
    return note if note.source == source.identity else CopyNote(source.identity)


def _noted_source(into: CopyAccess) -> str:
    saved = into.note()
    return msgspec.json.decode(saved, type=CopyNote).source if saved else ""
