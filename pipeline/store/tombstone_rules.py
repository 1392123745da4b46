"""Tombstone rules: how long tombstones are kept, and the salted hash under which a deleted account is stored.

The hash reveals to nobody who the account was. Each store has a salt of its own. Accounts copied from another store
stay hashed with that store's salt, so a store keeps the salts of its predecessors (`merge_salts`) and looks an account
up under each. A tombstone for good has a time of its own, which is translated for copies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from pipeline.errors import StoreError
from pipeline.store.contract import AccountTombstone

TOMBSTONES_KEPT_MS = 8 * 86_400_000
"""Milliseconds that tombstones of posts and accounts are kept."""

FOR_GOOD_MS = 2**53
"""Time of deletion (ms) that stands for a tombstone that is never removed."""

MAX_SALTS = 32
"""Most salts of one store. Each copy from one store to another adds at most one."""


def account_hash(source: str, author_id: str, salt: bytes) -> str:
    """Return the name of a deleted account under a salt: 32 hexadecimal digits."""
    return hashlib.blake2b(f"{source}\n{author_id}".encode(), digest_size=16, key=salt).hexdigest()


def merge_salts(known: Sequence[bytes], more: Iterable[bytes]) -> list[bytes]:
    """Return salts without repetition, the known ones first.

    Raises:
        StoreError: there are more than `MAX_SALTS`.
    """
    salts = list(dict.fromkeys([*known, *more]))
    if len(salts) > MAX_SALTS:
        raise StoreError(
            f"posts were copied between more than {MAX_SALTS} stores: deleted accounts cannot be recognised"
        )
    return salts


def account_tombstone(source: str, name: str, until: int, at: int) -> AccountTombstone:
    """Return an account's tombstone as a copy takes it along; `at` is as stored, `FOR_GOOD_MS` or later for ever."""
    return AccountTombstone(source, name, until, None if at >= FOR_GOOD_MS else at)


def stored_at(stone: AccountTombstone) -> int:
    """Return the time (ms) to store for an account's tombstone."""
    return FOR_GOOD_MS if stone.at is None else stone.at
