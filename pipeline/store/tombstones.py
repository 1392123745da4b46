"""How a withdrawn account is named in a store: by a salted hash, which tells nobody who it was.

Each store has a salt of its own. What was moved in from another is named with that one's, so a store keeps the salts of
those before it and looks under every name. Nothing is stored here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from pipeline.errors import StoreError

MAX_SALTS = 32
"""Each moving from one store to another adds one at most."""


def gone_name(source: str, author_id: str, salt: bytes) -> str:
    """Return what an account is called under a salt."""
    return hashlib.blake2b(f"{source}\n{author_id}".encode(), digest_size=16, key=salt).hexdigest()


def joined(known: Sequence[bytes], more: Iterable[bytes]) -> list[bytes]:
    """Return salts without repetition, those that are known first.

    Raises:
        StoreError: they are too many.
    """
    salts = list(dict.fromkeys([*known, *more]))
    if len(salts) > MAX_SALTS:
        raise StoreError(f"posts were moved between more than {MAX_SALTS} stores: withdrawn accounts cannot be told")
    return salts
