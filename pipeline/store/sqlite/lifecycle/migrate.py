"""Bringing a store up to this program: every post described and indexed again. Nothing else may be writing."""

from __future__ import annotations

from pathlib import Path

import apsw

from pipeline.errors import StoreMismatch
from pipeline.query.analyser import ANALYSER_VERSION
from pipeline.query.document import describe
from pipeline.store.sqlite import document_columns as columns
from pipeline.store.sqlite import schema
from pipeline.store.sqlite.bulk_fetch import pairs
from pipeline.store.sqlite.deadline import translated
from pipeline.store.sqlite.write.lookups import decode_post

_CHUNK = 500
_UNDONE = "none"
_UPDATE = "UPDATE docs SET words=?, urls=?, bio=?, name=?, facets=? WHERE place=?"
_NUMBERS = "UPDATE posts SET followers=?, likes=?, reposts=?, replies=?, quotes=? WHERE place=?"


def migrate(directory: Path) -> None:
    """Make the store where there is none; index it again where another analyser did.

    Until it is through, the store counts as nobody's, so a stop in the middle is noticed and made good by another run.

    Raises:
        StoreMismatch: its tables are of a newer program.
        StoreUnavailable: it cannot be opened.
    """
    directory.mkdir(parents=True, exist_ok=True)
    connection = schema.connect(directory / schema.FILE)
    try:
        with translated():
            schema.create(connection)
            facts = schema.meta(connection)
            if facts["schema"] != schema.SCHEMA_VERSION:
                raise StoreMismatch(f"the store has tables of version {facts['schema']}: this program cannot read them")
            if facts["analyser"] != ANALYSER_VERSION:
                _index_again(connection)
    finally:
        connection.close()


def _index_again(connection: apsw.Connection) -> None:
    with schema.transaction(connection):
        schema.set_meta(connection, "analyser", _UNDONE)
        connection.execute("INSERT INTO fts (fts) VALUES ('delete-all')")
    last = -1
    while True:
        sql = "SELECT place FROM docs WHERE place > ? ORDER BY place LIMIT ?"
        places = [at for (at,) in schema.rows(connection, sql, (last, _CHUNK))]
        if not places:
            break
        texts, numbers = [], []
        for at, (body, original) in zip(places, pairs(connection, places), strict=True):
            document = describe(decode_post(body), decode_post(original) if original is not None else None)
            texts.append((*columns.texts(document), at))
            numbers.append((*columns.numbers(document), at))
        with schema.transaction(connection):
            connection.executemany(_UPDATE, texts)
            connection.executemany(_NUMBERS, numbers)
        last = places[-1]
    with schema.transaction(connection):
        connection.execute("INSERT INTO fts (fts) VALUES ('rebuild')")
        schema.set_meta(connection, "analyser", ANALYSER_VERSION)
