"""Command `murmur decks`: lists, shows, exports, imports and deletes the decks of the store.

A change is announced to the web processes, so that open browsers of the deck follow it; where Redis does not answer,
they notice when they reload. Lines are for people, JSON objects for programs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from redis.exceptions import RedisError

from pipeline.broker.connections import connect
from pipeline.broker.keys import Names
from pipeline.decks.deck_notice import ChangedPart, deck_notice
from pipeline.decks.deck_shelf import DeckShelf, WholeDeck
from pipeline.decks.document import DECK_MAX_BYTES, deck_from_json
from pipeline.errors import MurmurError, SettingsError
from pipeline.publish.publication_order import PublicationOrder
from pipeline.settings import Settings
from pipeline.store import open_store

FILE_MAX_BYTES = 4 * DECK_MAX_BYTES
"""Most bytes of a file that is imported: a deck of 64 kB, indented by hand."""


def listing(settings: Settings, *, as_json: bool) -> Iterator[str]:
    """Yield a line for each deck, the last saved first, or one JSON object of all.

    Raises:
        StoreUnavailable: there is no store, or it cannot be opened.
    """
    with _shelf(settings) as shelf:
        decks = shelf.summaries()
    if as_json:
        yield _json({"decks": decks})
        return
    for one in decks:
        yield f"{one.id}  {_time(one.changed_at)}  {one.columns} columns  {one.title}"
    if not decks:
        yield "There are no decks."


def show(settings: Settings, deck_id: str, *, as_json: bool) -> Iterator[str]:
    """Yield a deck in lines: its columns with their read markers, its pins. Or as one JSON object.

    Raises:
        DeckMissing: there is no such deck.
    """
    with _shelf(settings) as shelf:
        whole = shelf.get(deck_id)
    if as_json:
        yield _json(whole)
    else:
        yield from _lines(whole)


def export(settings: Settings, deck_id: str) -> str:
    """Return the document of a deck as an indented JSON file.

    Raises:
        DeckMissing: there is no such deck.
    """
    with _shelf(settings) as shelf:
        return json.dumps(msgspec.to_builtins(shelf.get(deck_id).deck), indent=2)


def import_file(settings: Settings, path: Path, deck_id: str, *, replace: bool, as_json: bool) -> str:
    """Save the document of a file as a deck, over one of that id only with `replace`; return a line about it.

    Raises:
        SettingsError: the file cannot be read.
        DeckInvalid, DeckTooLarge: it is no deck; the sentence names the fault.
        DeckConflict: there is a deck of this id, and `replace` is not given.
    """
    try:
        with path.open("rb") as file:
            text = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError([f"{path}: {error.strerror or error}"]) from error
    if len(text) > FILE_MAX_BYTES:
        raise SettingsError([f"{path}: a deck has at most {DECK_MAX_BYTES // 1024} kB"])
    deck = deck_from_json(text)
    with _shelf(settings, create=True) as shelf:
        present = {one.id: one.revision for one in shelf.summaries()}
        saved = shelf.save(deck_id, deck, present.get(deck_id) if replace else None)
    _tell(settings, deck_id, saved.revision, "columns")
    if as_json:
        return _json({"id": deck_id, "revision": saved.revision, "changed_at": saved.changed_at})
    return f"Saved as {deck_id}: {len(deck.columns)} columns, revision {saved.revision}."


def delete(settings: Settings, deck_id: str, *, as_json: bool) -> str:
    """Delete a deck with its markers and pins; return a line about it.

    Raises:
        DeckMissing: there is no such deck.
    """
    with _shelf(settings) as shelf:
        revision = shelf.delete(deck_id)
    _tell(settings, deck_id, revision, "deleted")
    return _json({"id": deck_id, "deleted": True}) if as_json else f"Deleted {deck_id}, its notes too."


@contextmanager
def _shelf(settings: Settings, *, create: bool = False) -> Iterator[DeckShelf]:
    with closing(open_store(settings, create=create)) as store:
        yield DeckShelf(store)


def _lines(whole: WholeDeck) -> Iterator[str]:
    yield f"{whole.deck.title or whole.id}, revision {whole.revision} of {_time(whole.changed_at)}"
    for column in whole.deck.columns:
        read = f"  read up to {whole.read[column.id]}" if column.id in whole.read else ""
        title = f"{column.title}: " if column.title else ""
        yield f"  {column.id}  {title}{column.query}  ({column.order}){read}"
    for post_id, pin in whole.pins.items():
        marks = [
            word
            for word, holds in (
                ("pinned", pin.pinned),
                ("handled", pin.handled),
                (f"deleted at its source {_time(pin.gone_at or 0)}", pin.gone_at is not None),
            )
            if holds
        ]
        yield f"  {post_id}  {', '.join(marks)}  {' '.join(pin.note.split())}".rstrip()


def _tell(settings: Settings, deck_id: str, revision: int, part: ChangedPart) -> None:
    """Tell the web processes, if Redis at REDIS_URL answers; the embedded broker of a stopped product does not."""
    try:
        with connect(settings, name="decks") as redis:
            PublicationOrder(redis, Names(settings.redis_prefix)).announce(deck_notice(deck_id, revision, part))
    except (MurmurError, RedisError, OSError):
        return


def _json(value: Any) -> str:
    """Return a value as one line of ASCII, which steers no terminal."""
    return json.dumps(msgspec.to_builtins(value))


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
