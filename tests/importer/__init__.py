"""Files of demo posts for imports."""

from __future__ import annotations

from pathlib import Path

import msgspec


def record(number: int) -> bytes:
    """Return the record of a post, each a second later."""
    fields = {"murmur": 1, "id": f"demo:{number}", "version": 1, "created_at": 1_500_000_000_000 + 1_000 * number}
    return msgspec.json.encode(fields | {"text": "cats", "author": {"id": "1", "handle": "a"}})


def write_posts(path: Path, count: int, *others: bytes) -> Path:
    """Write records, other lines before them."""
    path.write_bytes(b"\n".join([*others, *map(record, range(count))]) + b"\n")
    return path
