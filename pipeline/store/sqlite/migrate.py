"""Migration of a SQLite store: creates a missing one, or analyses and indexes every post again for a new analyser.

Refuses tables of another schema version. While it runs, the store is marked as indexed by no analyser, so that no
program reads it half done; a later run begins again. Nothing else may write meanwhile.
"""

from __future__ import annotations

from pathlib import Path

import apsw

from pipeline.errors import StoreMismatch
from pipeline.query.analyser import ANALYSER_VERSION
from pipeline.query.document import describe
from pipeline.store.past.post_past import decode_past, encode_past
from pipeline.store.post_json import decode_post
from pipeline.store.sqlite import document_columns, schema
from pipeline.store.sqlite.bulk_fetch import fetch_with_originals
from pipeline.store.sqlite.connection import connect, rows, transaction
from pipeline.store.sqlite.error_mapping import translate_errors

_POSTS_AT_ONCE = 500
_UNDONE = "none"
_KEYS = "SELECT place FROM docs WHERE place > ? ORDER BY place LIMIT ?"
_PAST = "SELECT v.hash, v.data FROM posts AS p JOIN pasts AS v ON v.hash = p.hash WHERE p.place = ?"
_UPDATE_TEXTS = "UPDATE docs SET words=?, urls=?, bio=?, name=?, facets=? WHERE place=?"
_UPDATE_NUMBERS = "UPDATE posts SET followers=?, likes=?, reposts=?, replies=?, quotes=? WHERE place=?"


def migrate(directory: Path) -> None:
    """Create the store if there is none; index it again if another analyser did.

    While this runs, the store is marked as indexed by no analyser: after a stop in the middle no program reads it until
    another run has finished.

    Raises:
        StoreMismatch: its tables are those of a newer program.
        StoreUnavailable: it cannot be opened.
    """
    directory.mkdir(parents=True, exist_ok=True)
    connection = connect(directory / schema.FILE)
    try:
        with translate_errors():
            schema.create(connection)
            schema.complete(connection)
            facts = schema.meta(connection)
            if facts["schema"] != schema.SQLITE_SCHEMA_VERSION:
                raise StoreMismatch(f"the store has tables of version {facts['schema']}: this program cannot read them")
            if facts["analyser"] != ANALYSER_VERSION:
                _index_again(connection)
    finally:
        connection.close()


def _index_again(connection: apsw.Connection) -> None:
    with transaction(connection):
        schema.set_meta(connection, "analyser", _UNDONE)
        connection.execute("INSERT INTO fts (fts) VALUES ('delete-all')")
    last = -1
    while keys := [key for (key,) in rows(connection, _KEYS, (last, _POSTS_AT_ONCE))]:
        texts, numbers, pasts = [], [], []
        for key, (body, original) in zip(keys, fetch_with_originals(connection, keys), strict=True):
            inside = decode_post(original) if original is not None else None
            document = describe(decode_post(body), inside)
            texts.append((*document_columns.texts(document), key))
            numbers.append((*document_columns.numbers(document), key))
            for hash_of_id, data in rows(connection, _PAST, (key,)):
                pasts.append((encode_past(decode_past(data).described_again(inside)), hash_of_id))
        with transaction(connection):
            connection.executemany(_UPDATE_TEXTS, texts)
            connection.executemany(_UPDATE_NUMBERS, numbers)
            connection.executemany("UPDATE pasts SET data = ? WHERE hash = ?", pasts)
        last = keys[-1]
    with transaction(connection):
        connection.execute("INSERT INTO fts (fts) VALUES ('rebuild')")
        schema.set_meta(connection, "analyser", ANALYSER_VERSION)
