"""Bluesky repository (`.car`): yields its owner's posts and reposts as events in the form of Jetstream.

`com.atproto.sync.getRepo` and "Download account data" give this file: blocks by content id, among them a signed commit,
the nodes of a tree (MST) that maps record keys to content ids, and the records. The file is read twice: the first
reading puts the tree into a temporary file, the second yields the records that the tree of the commit reaches. Memory
does not grow with the file. The event of a post has the time of its record key as its revision, since a repository does
not keep when a record was written. Signatures are not checked: the key is not in the file.
"""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import libipld
import msgspec

from pipeline.errors import RecordError
from pipeline.sources.archive.archive_contract import MemberKind
from pipeline.sources.archive.car_blocks import CarBlock, car_blocks
from pipeline.sources.line_splitter import Cut

POST_COLLECTIONS = ("app.bsky.feed.post", "app.bsky.feed.repost")
GATE_COLLECTIONS = ("app.bsky.feed.postgate", "app.bsky.feed.threadgate")
"""Collections whose records say what their author allows; they have the key of the post that they are about."""

AVATAR_SERVER = "https://cdn.bsky.app/img/avatar/plain"
_CHUNK_RECORDS = 200

_PROFILE = "app.bsky.actor.profile"
_PROFILES_MAX = 16
_WITHHOLDING = {"!no-unauthenticated", "!hide"}
_CID_BYTES = 36
_CID_STARTS = (b"\x01\x71\x12\x20", b"\x01\x55\x12\x20")
_TID_DIGITS = {letter: value for value, letter in enumerate("234567abcdefghijklmnopqrstuvwxyz")}
_encode = msgspec.json.Encoder().encode

_TABLES = """
CREATE TABLE entry (node BLOB, value BLOB, path TEXT);
CREATE TABLE child (node BLOB, child BLOB);
CREATE TABLE found (value BLOB, path TEXT);
"""
_REACH = """
WITH RECURSIVE reached(node) AS (
  SELECT ? UNION SELECT child.child FROM reached JOIN child ON child.node = reached.node
)
INSERT INTO found SELECT entry.value, entry.path FROM reached JOIN entry ON entry.node = reached.node
"""


class BlueskyRepository:
    """The context of a repository: none, its file holds all that is known."""

    def learn(self, kind: MemberKind, blocks: Iterable[bytes]) -> None:
        """Take in nothing: no member of a repository is context."""

    def record(self, item: bytes) -> bytes | None:
        """Return the item as it is: `repository_records` yields whole events."""
        return item


def repository_records(open_blocks: Callable[[], Iterable[bytes]], start: int = 0) -> Iterator[list[Cut]]:
    """Yield the events of a repository whose record lies behind the offset `start`, each with the offset behind it.

    `open_blocks` opens the file from its beginning; it is called twice.

    Raises:
        RecordError: the file is no repository; or it ends early, then after the records before that.
    """
    with _Tree() as tree:
        damage = tree.read(open_blocks())
        found: list[Cut] = []
        try:
            for block in car_blocks(open_blocks())[1]:
                paths = tree.paths(block.cid) if block.end > start else ()
                found += [(record, block.end) for record in tree.events(block, paths)]
                if len(found) >= _CHUNK_RECORDS:
                    yield found
                    found = []
        except RecordError:
            if not damage:
                raise
        if found:
            yield found
        if damage:
            raise RecordError(damage)


class _Tree:
    """The commit of a repository, the profile of its owner, and the keys of its records in a temporary file."""

    def __init__(self) -> None:
        self._index = sqlite3.connect("")  # an empty name is a temporary file that SQLite deletes
        self._did = ""
        self._rev = ""
        self._profile: dict[str, Any] = {}

    def __enter__(self) -> _Tree:
        return self

    def __exit__(self, *_: object) -> None:
        self._index.close()

    def read(self, blocks: Iterable[bytes]) -> str:
        """Read commit and tree; return why the file ends early, "" where it is whole.

        Raises:
            RecordError: the file holds no commit.
        """
        self._index.executescript(_TABLES)
        header, parts = car_blocks(blocks)
        roots = [root for root in header["roots"] if isinstance(root, bytes)]
        commit: dict[str, Any] = {}
        profiles: dict[bytes, dict[str, Any]] = {}
        damage = ""
        try:
            for block in parts:
                value = _decoded(block.data)
                if block.cid in roots and "did" in value and isinstance(value.get("data"), bytes):
                    commit = value
                elif value.get("$type") == _PROFILE and len(profiles) < _PROFILES_MAX:
                    profiles[block.cid] = value
                elif isinstance(value.get("e"), list) and "l" in value:
                    self._add_node(block.cid, value)
        except RecordError as error:
            damage = str(error)
        if not isinstance(commit.get("did"), str):
            raise RecordError(damage or "the CAR file holds no repository: no commit at its root")
        self._did, self._rev = commit["did"], str(commit.get("rev") or "")
        self._index.execute("CREATE INDEX by_node ON entry (node)")
        self._index.execute("CREATE INDEX child_by_node ON child (node)")
        self._index.execute(_REACH, (commit["data"],))
        self._index.execute("CREATE INDEX by_value ON found (value)")
        own = self._index.execute("SELECT value FROM found WHERE path = ?", (f"{_PROFILE}/self",)).fetchone()
        self._profile = profiles.get(own[0], {}) if own else {}
        return damage

    def _add_node(self, cid: bytes, node: dict[str, Any]) -> None:
        children = [node["l"]]
        key = b""
        rows = []
        for entry in node["e"]:
            if not isinstance(entry, dict) or not isinstance(entry.get("k"), bytes) or type(entry.get("p")) is not int:
                return
            key = key[: entry["p"]] + entry["k"]
            children.append(entry.get("t"))
            path = key.decode(errors="replace")
            if path.partition("/")[0] in (*POST_COLLECTIONS, *GATE_COLLECTIONS, _PROFILE):
                rows.append((cid, entry.get("v"), path))
        self._index.executemany("INSERT INTO entry VALUES (?, ?, ?)", rows)
        links = [(cid, child) for child in children if isinstance(child, bytes)]
        self._index.executemany("INSERT INTO child VALUES (?, ?)", links)

    def paths(self, cid: bytes) -> list[str]:
        """Return the collections and keys under which the repository has a record."""
        return [row[0] for row in self._index.execute("SELECT path FROM found WHERE value = ? ORDER BY path", (cid,))]

    def events(self, block: CarBlock, paths: Iterable[str]) -> Iterator[bytes]:
        """Yield the event of a record for each of its keys."""
        for path in paths:
            collection, _, key = path.partition("/")
            if collection == _PROFILE:
                continue
            written_us = _tid_us(key) if collection in POST_COLLECTIONS else None
            revised_us = _tid_us(self._rev)
            by_key = written_us is not None and (revised_us is None or written_us <= revised_us)
            event: dict[str, Any] = {
                "did": self._did,
                "time_us": written_us if by_key else revised_us,
                "kind": "commit",
                "commit": {
                    "rev": key if by_key else self._rev,
                    "operation": "create",
                    "collection": collection,
                    "rkey": key,
                    "record": _as_json(_decoded(block.data)),
                    "cid": libipld.encode_cid(block.cid),
                },
            }
            if self._profile:
                event["profiles"] = {self._did: self._known_profile()}
            yield _encode(event)

    def _known_profile(self) -> dict[str, Any]:
        avatar = self._profile.get("avatar")
        ref = avatar.get("ref") if isinstance(avatar, dict) else None
        picture = (
            f"{AVATAR_SERVER}/{self._did}/{libipld.encode_cid(ref)}@jpeg"
            if isinstance(ref, bytes) and _is_cid(ref)
            else ""
        )
        labels = self._profile.get("labels")
        values = labels.get("values") if isinstance(labels, dict) else None
        names = {value.get("val") for value in values if isinstance(value, dict)} if isinstance(values, list) else set()
        return {
            "name": _text(self._profile.get("displayName")),
            "bio": _text(self._profile.get("description")),
            "avatar": picture,
            "hidden": bool(names & _WITHHOLDING),
            "bot": "bot" in names,
        }


def _decoded(data: bytes) -> dict[str, Any]:
    """Return a block's value; {} for one that is no map or cannot be decoded."""
    try:
        value = libipld.decode_dag_cbor(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _as_json(value: Any) -> Any:
    """Return a value in the JSON form of the AT Protocol: links as `$link`, bytes as `$bytes`."""
    if isinstance(value, dict):
        return {name: _as_json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_json(part) for part in value]
    if isinstance(value, bytes):
        if _is_cid(value):
            return {"$link": libipld.encode_cid(value)}
        return {"$bytes": base64.b64encode(value).decode().rstrip("=")}
    return value


def _is_cid(value: object) -> bool:
    """Return whether bytes are a content id: libipld gives links and bytes the same type."""
    return isinstance(value, bytes) and len(value) == _CID_BYTES and value.startswith(_CID_STARTS)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _tid_us(key: str) -> int | None:
    """Return the time (µs) inside a record key or revision; None where it is no TID."""
    if len(key) != 13 or any(letter not in _TID_DIGITS for letter in key):
        return None
    value = 0
    for letter in key:
        value = value << 5 | _TID_DIGITS[letter]
    return value >> 10
