"""Copying all of a store into another, in place order, so that it can be stopped anywhere and gone on with.

The target keeps a note of how far it is. What is withdrawn is copied anew by every run, before posts; rows are loaded
idempotently, so a run that died between a batch and its note does that batch twice and nothing wrong. Whether both are
the same afterwards is looked at by `comparing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from pipeline.store.contract import Moving, Store

REFUSED_TOLD = 20


class Note(msgspec.Struct):
    """How far a copy out of the store `source` is: `posts` are here, all that stand below `place` and `beside` of those
    that share it, which come again. At its end it begins anew, to bring in what came since."""

    source: str
    place: int = 0
    posts: int = 0
    beside: int = 0


@dataclass(slots=True)
class Copied:
    """What is done so far: posts in all, and how many of them this run. `refused` are some of those that the target
    cannot store (id → why)."""

    posts: int = 0
    now: int = 0
    refused: dict[str, str] = field(default_factory=dict)


def hindrance(source: Store, target: Store) -> str:
    """Return why nothing may be copied into a store, "" where it may: it is empty, or a copy of this very source."""
    if source.identity == target.identity:
        return "it is the same store"
    into = target.moving()
    if _noted(into) == source.identity:
        return ""
    held = target.indexed()
    if held:
        return f"it holds {held:,} posts of its own"
    if any(into.tombstones()):
        return "it holds tombstones of its own"
    return ""


def begun(source: Store, target: Store) -> int:
    """Return how many posts an earlier run has copied that was not finished."""
    return _note(target.moving(), source).posts


def copy(source: Store, target: Store, *, stopping: Callable[[], bool] = lambda: False) -> Iterator[Copied]:
    """Copy everything, and yield after each batch what is done. It ends early once `stopping` tells to."""
    out, into = source.moving(), target.moving()
    note = _note(into, source)
    note.posts, note.beside = note.posts - note.beside, 0
    done = Copied(note.posts)
    into.keep_note(msgspec.json.encode(note))
    salts = out.salts()
    for accounts in out.accounts():
        into.load_accounts(accounts, salts)
    for stones in out.tombstones():
        into.load_tombstones(stones)
        if stopping():
            return
    for batch in out.posts(since=note.place):
        refused = into.load_posts(batch)
        for post_id, why in refused.items():
            if len(done.refused) < REFUSED_TOLD:
                done.refused[post_id] = why
        last = batch[-1].place
        note.beside = sum(held.place == last for held in batch) + (note.beside if note.place == last else 0)
        note.place = last  # others may share it, and come in the next batch
        note.posts += len(batch)
        into.keep_note(msgspec.json.encode(note))
        done.posts, done.now = note.posts, done.now + len(batch)
        yield done
        if stopping():
            return
    _coverage(source, target)
    into.keep_note(msgspec.json.encode(Note(source.identity)))


def _coverage(source: Store, target: Store) -> None:
    """Enter what is not there: first open rows, which change others, then closed ones, which stand beside them."""
    rows = source.coverage()
    there = set(target.coverage())
    for row in [row for row in rows if row.until is None] + [row for row in rows if row.until is not None]:
        if row not in there:
            target.add_coverage(row)
            there.add(row)


def _note(into: Moving, source: Store) -> Note:
    told = into.note()
    note = msgspec.json.decode(told, type=Note) if told else Note("")
    return note if note.source == source.identity else Note(source.identity)


def _noted(into: Moving) -> str:
    told = into.note()
    return msgspec.json.decode(told, type=Note).source if told else ""
