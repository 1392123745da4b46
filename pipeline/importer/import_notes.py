"""Notes of imports in Redis: how far each file was imported into which store, so that the next call goes on there.

A file is known by its size, the time of its last change, and a digest of its beginning and end, wherever it lies now.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from redis import Redis

from pipeline.broker.keys import Names
from pipeline.broker.redis_errors import translate_redis_errors
from pipeline.importer.tally import Tally
from pipeline.sources.containers.places import BEGINNING, Place

NOTE_KEPT_S = 400 * 86_400
"""Seconds that a note is kept after its last change."""
_DIGESTED_BYTES = 64 * 1024


class ImportNote(msgspec.Struct):
    """Progress of the import of one file: the place, whether it is the end, and the counts up to there."""

    file: str
    store: str
    place: Place = BEGINNING
    done: bool = False
    tally: Tally = msgspec.field(default_factory=Tally)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(ImportNote).decode


class ImportNotes:
    """The notes about imports into one store. Every method may raise `BrokerUnavailable`."""

    def __init__(self, redis: Redis, names: Names, store: str) -> None:
        self._redis: Any = redis  # redis-py types answers as text or bytes, sync or async; these are bytes
        self._names = names
        self._store = store

    def read(self, path: Path) -> ImportNote:
        """Return the note of a file, a fresh one for a file that this store has nothing of."""
        with translate_redis_errors():
            found = self._redis.get(self._names.imported(file_digest(path)))
        fresh = ImportNote(path.name, self._store)
        try:
            note = _decode(found) if found else fresh
        except msgspec.MsgspecError:
            return fresh
        return note if note.store == self._store else fresh

    def write(self, path: Path, note: ImportNote) -> None:
        """Keep the note of a file."""
        with translate_redis_errors():
            self._redis.set(self._names.imported(file_digest(path)), _encode(note), ex=NOTE_KEPT_S)


def file_digest(path: Path) -> str:
    """Return what a file is known by.

    Raises:
        OSError: the file cannot be read.
    """
    stat = path.stat()
    digest = hashlib.sha256(f"{stat.st_size} {stat.st_mtime_ns}".encode())
    with path.open("rb") as file:
        digest.update(file.read(_DIGESTED_BYTES))
        if stat.st_size > _DIGESTED_BYTES:
            file.seek(-_DIGESTED_BYTES, 2)
            digest.update(file.read(_DIGESTED_BYTES))
    return digest.hexdigest()[:40]
