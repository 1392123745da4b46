"""Writer of small Bluesky repositories as CAR files, by the rules of DAG-CBOR and of the AT Protocol's tree."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Link:
    """A link to a block, by its content id."""

    cid: bytes


def dag_cbor(value: Any) -> bytes:  # noqa: PLR0911 - one for each type
    """Return a value in DAG-CBOR: keys by length and then by bytes, links with tag 42."""
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value)
    if isinstance(value, Link):
        return b"\xd8\x2a" + dag_cbor(b"\x00" + value.cid)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(dag_cbor, value))
    keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
    return _head(5, len(keys)) + b"".join(dag_cbor(key) + dag_cbor(value[key]) for key in keys)


def _head(major: int, number: int) -> bytes:
    for code, length in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 256**length:
            return bytes([major << 5 | code]) + number.to_bytes(length, "big")
    raise ValueError(number)


def varint(number: int) -> bytes:
    """Return a number as an unsigned varint."""
    found = b""
    while number >= 0x80:
        found += bytes([number & 0x7F | 0x80])
        number >>= 7
    return found + bytes([number])


class Car:
    """A repository under construction: blocks in the order in which they are added."""

    def __init__(self) -> None:
        self.blocks: list[tuple[bytes, bytes]] = []

    def add(self, value: Any) -> Link:
        """Add a block and return the link to it."""
        data = dag_cbor(value)
        cid = b"\x01\x71\x12\x20" + hashlib.sha256(data).digest()
        self.blocks.append((cid, data))
        return Link(cid)

    def node(self, records: dict[str, Link], left: Link | None = None, right: Link | None = None) -> Link:
        """Add a node of the tree: `records` in the order of their keys, prefixes shared as the protocol has it."""
        entries: list[dict[str, Any]] = []
        former = b""
        for path in sorted(records):
            key = path.encode()
            shared = next((at for at in range(len(key)) if key[at : at + 1] != former[at : at + 1]), len(key))
            entries.append({"k": key[shared:], "p": shared, "t": None, "v": records[path]})
            former = key
        if entries and right is not None:
            entries[-1]["t"] = right
        return self.add({"e": entries, "l": left})

    def commit(self, did: str, rev: str, data: Link) -> Link:
        """Add the commit of a repository, with a signature that nobody checks."""
        return self.add({"data": data, "did": did, "prev": None, "rev": rev, "sig": b"\x07" * 64, "version": 3})

    def file(self, root: Link, cid_last: bool = False) -> bytes:
        """Return the whole file; `cid_last` writes the blocks in the opposite order, as some servers do."""
        header = dag_cbor({"roots": [root], "version": 1})
        blocks = self.blocks[::-1] if cid_last else self.blocks
        body = b"".join(varint(len(cid) + len(data)) + cid + data for cid, data in blocks)
        return varint(len(header)) + header + body
