"""Id hashes: the 64-bit keys of posts and accounts in the tables, hashed with the store's own salt.

The salt keeps strangers from making two ids collide. Recent hashes are cached.
"""

from __future__ import annotations

import hashlib

_MAX_CACHED_HASHES = 2_000


class IdHashes:
    """Hashes of ids, keyed with the store's own salt, so that no stranger can make two ids collide."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._known: dict[str, int] = {}

    def id_hash(self, text: str) -> int:
        """Return the 64-bit hash of an id."""
        known = self._known.get(text)
        if known is None:
            if len(self._known) > _MAX_CACHED_HASHES:
                self._known.clear()
            made = hashlib.blake2b(text.encode(), digest_size=8, key=self._salt).digest()
            known = self._known[text] = int.from_bytes(made, "big", signed=True)
        return known

    def author_hash(self, source: str, author_id: str) -> int:
        """Return the 64-bit hash of an account."""
        return self.id_hash(f"{source}\n{author_id}")
