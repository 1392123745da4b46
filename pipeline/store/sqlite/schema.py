"""SQLite schema: creates the tables, keeps the store's facts about itself (`meta`), and refuses other versions.

`posts` is small and hot: one row a post with everything that is compared, sorted and counted. `docs` holds what is read
(the JSON of the post) and what was indexed (words and facets, so that a deletion can name exactly what to remove from
the index). `fts` is the full-text index over `docs` with external content; its rowid is the sort key (column `place`),
so newest first is its own order. `raws` holds the raw records. `accounts` holds what is known of accounts, `withheld`
the posts that are hidden while one is off, `pasts` what was replaced in posts, `decks` the decks. `check` compares the
versions of schema and analyser.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

import apsw

from pipeline.errors import StoreError, StoreMismatch
from pipeline.query.analyser import ANALYSER_VERSION
from pipeline.store.sqlite.connection import rows, transaction

FILE = "posts.sqlite"
SQLITE_SCHEMA_VERSION = 1

# Every printable ASCII mark is part of a token, so that facets and keycaps (`#⃣`) stay whole. Only spaces separate
# tokens.
_MARKS = "".join(chr(code) for code in range(0x21, 0x7F) if not chr(code).isalnum() and chr(code) not in "'\"")
_TOKENIZER = f"ascii tokenchars '{_MARKS}''\"'".replace("'", "''")

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE posts (
  place INTEGER PRIMARY KEY, hash INTEGER NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL,
  changed INTEGER NOT NULL, touched INTEGER NOT NULL, sample INTEGER NOT NULL, author INTEGER NOT NULL,
  original INTEGER, followers INTEGER, likes INTEGER, reposts INTEGER, replies INTEGER, quotes INTEGER, reach INTEGER,
  first INTEGER NOT NULL DEFAULT 0);
CREATE INDEX posts_hash ON posts (hash);
CREATE INDEX posts_seq ON posts (seq);
CREATE INDEX posts_changed ON posts (seq) WHERE changed > 0;
CREATE INDEX posts_original ON posts (original) WHERE original IS NOT NULL;
CREATE TABLE docs (
  place INTEGER PRIMARY KEY, body BLOB NOT NULL, inside INTEGER,
  words TEXT NOT NULL, urls TEXT NOT NULL, bio TEXT NOT NULL, name TEXT NOT NULL, facets TEXT NOT NULL);
CREATE VIRTUAL TABLE fts USING fts5 (words, urls, bio, name, facets,
  content='docs', content_rowid='place', columnsize=0, prefix='2 3', tokenize='TOKENIZER');
INSERT INTO fts (fts, rank) VALUES ('automerge', 16);
INSERT INTO fts (fts, rank) VALUES ('secure-delete', 1);
CREATE TABLE raws (place INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE minutes (minute INTEGER PRIMARY KEY, posts INTEGER NOT NULL);
CREATE TABLE tombstones (hash INTEGER PRIMARY KEY, id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX tombstones_seq ON tombstones (seq);
CREATE TABLE authors_gone (
  source TEXT, author TEXT, until INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (source, author)) WITHOUT ROWID;
CREATE TABLE stale (hash INTEGER PRIMARY KEY);
CREATE TABLE coverage (
  source TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER, search TEXT NOT NULL, why TEXT NOT NULL);
CREATE INDEX coverage_since ON coverage (since);
CREATE TABLE background (hour INTEGER, word TEXT, posts INTEGER NOT NULL, PRIMARY KEY (word, hour)) WITHOUT ROWID;
CREATE INDEX background_hour ON background (hour);
CREATE TABLE background_hours (hour INTEGER PRIMARY KEY, posts INTEGER NOT NULL);
""".replace("TOKENIZER", _TOKENIZER)

_ADDED_TABLES = """
CREATE TABLE IF NOT EXISTS accounts (hash INTEGER PRIMARY KEY, until INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS accounts_until ON accounts (until);
CREATE TABLE IF NOT EXISTS withheld (
  hash INTEGER PRIMARY KEY, owner INTEGER NOT NULL, author INTEGER NOT NULL, seq INTEGER NOT NULL,
  created_at INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL, raw BLOB);
CREATE INDEX IF NOT EXISTS withheld_owner ON withheld (owner);
CREATE INDEX IF NOT EXISTS withheld_author ON withheld (author);
CREATE INDEX IF NOT EXISTS withheld_seq ON withheld (seq);
CREATE INDEX IF NOT EXISTS withheld_created_at ON withheld (created_at);
CREATE INDEX IF NOT EXISTS withheld_at ON withheld (at);
CREATE TABLE IF NOT EXISTS aliases (hash INTEGER PRIMARY KEY, id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deletion_versions (hash INTEGER PRIMARY KEY, version INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pasts (hash INTEGER PRIMARY KEY, until INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS decks (
  deck TEXT NOT NULL, part TEXT NOT NULL, stamp INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (deck, part));
"""
"""Tables of accounts, of posts that are hidden while one is off, of aliases, of versions of deletions, of what was
replaced in posts, and of decks. A store of an earlier program gets them when it is opened."""
_ADDED_NAMES = frozenset(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", _ADDED_TABLES))

_FIRST_NUMBERS = "ALTER TABLE posts ADD COLUMN first INTEGER NOT NULL DEFAULT 0"
_HAS_FIRST_NUMBERS = "SELECT 1 FROM pragma_table_info('posts') WHERE name = 'first'"


def create(connection: apsw.Connection) -> None:
    """Create the tables if there are none yet; two processes may do so at once."""
    exists = "SELECT 1 FROM sqlite_master WHERE name = 'meta'"
    if list(rows(connection, exists)):
        return
    with transaction(connection):
        if not list(rows(connection, exists)):
            connection.execute(TABLES)
            connection.execute(_ADDED_TABLES)
            connection.executemany(
                "INSERT INTO meta VALUES (?, ?)",
                [
                    ("identity", secrets.token_hex(16)),
                    ("salt", secrets.token_bytes(16)),
                    ("schema", SQLITE_SCHEMA_VERSION),
                    ("analyser", ANALYSER_VERSION),
                    ("posts", 0),
                    ("background_seq", 0),
                    ("withdrawals", 0),
                    ("wiped", 0),
                    ("pruned_place", 0),
                ],
            )


def complete(connection: apsw.Connection) -> None:
    """Add the tables, and the column of first numbers, that a store of an earlier program lacks."""
    tables = {name for (name,) in rows(connection, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables >= _ADDED_NAMES:
        with transaction(connection):
            connection.execute(_ADDED_TABLES)
            if not list(rows(connection, _HAS_FIRST_NUMBERS)):
                connection.execute(_FIRST_NUMBERS)


def set_meta(connection: apsw.Connection, key: str, value: object) -> None:
    """Change one fact that the store keeps about itself."""
    connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))


def meta(connection: apsw.Connection) -> dict[str, Any]:
    """Return the facts that the store keeps about itself.

    Raises:
        StoreError: the file holds no store.
    """
    try:
        return {key: value for key, value in rows(connection, "SELECT key, value FROM meta")}  # noqa: C416 - rows are tuples of any length
    except apsw.Error as error:
        raise StoreError(f"not a store of ours: {error}") from error


def check(facts: dict[str, Any]) -> None:
    """Refuse a store whose index this program would misread.

    Raises:
        StoreMismatch: another schema or analyser wrote the store.
    """
    if facts["schema"] != SQLITE_SCHEMA_VERSION or facts["analyser"] != ANALYSER_VERSION:
        raise StoreMismatch(
            f"the store was indexed by schema {facts['schema']}, analyser {facts['analyser']}; this program has "
            f"{SQLITE_SCHEMA_VERSION} and {ANALYSER_VERSION}: run `murmur migrate`"
        )
