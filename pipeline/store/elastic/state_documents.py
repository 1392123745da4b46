"""Documents of the index `state`, which holds what the store keeps beside posts, and the documents' keys.

A locator says where the post of an id is stored, whether it was reposted, and its tombstone. Others are tombstones of
accounts (by salted hash), notes of stale reach, words of the background by hour, and the progress of maintenance.
Coverage rows (`coverage`) and the meta document (`store_meta`) are defined elsewhere.
"""

from __future__ import annotations

import hashlib

import msgspec

from pipeline.store.elastic.index_names import IndexNames, key
from pipeline.store.tombstone_rules import account_hash
from pipeline.store.top_values import WORDS_VERSION

AUTHORS = "authors"
"""Key of the note that account tombstones exist; without the note no account needs to be looked up."""

HOURS = f"hours-{WORDS_VERSION}"
"""Key of the number of posts in the background of words, by hour. Words counted by another rule have other keys."""

PROGRESS = "progress"
"""Key of the progress of maintenance."""


class Locator(msgspec.Struct, omit_defaults=True):
    """Place of an id in the store, and its tombstone if there is one.

    `period` and `place`: where the post is stored, and its sort key. `begun_at` (ms): when a worker began to store it.
    `reposted`: the post was ever reposted. `gone_seq` and `gone_at` (ms): its tombstone, -1 if there is none.
    `gone_version`: the version of that deletion, where the id may be used again, else -1.
    `alias_of`: the post of which this id is a later version.
    """

    id: str = ""
    place: int = -1
    period: str = ""
    begun_at: int = -1
    reposted: bool = False
    gone_seq: int = -1
    gone_at: int = -1
    gone_version: int = -1
    alias_of: str = ""


class AccountTombstoneSource(msgspec.Struct):
    """Source of an account tombstone: posts of the account up to `until` (ms) stay out.

    `gone_at` (ms): when the account's deletion was received; -1: the account was forgotten, and its tombstone is kept
    for good. `seq_no` and `term` are for a conditional write.
    """

    until: int = -1
    gone_at: int = -1
    seq_no: int = -1
    term: int = -1


class AccountTombstonesNote(msgspec.Struct, omit_defaults=True):
    """Document under `AUTHORS`: when (ms) an account tombstone was last written, and hexadecimal salts of other stores.

    Account tombstones that were copied from another store are named with that store's salt.
    """

    until: int = -1
    salts: list[str] = []


class StaleReach(msgspec.Struct):
    """Note that the reach of a post must be computed again."""

    id: str
    kind: str = "stale"


class BackgroundWord(msgspec.Struct):
    """Number of posts of the background that have a word, by hour; `last` is the newest of these hours."""

    hours: dict[int, int]
    last: int = 0
    kind: str = "word"


class MaintenanceProgress(msgspec.Struct):
    """Progress of maintenance, by publication numbers; `expunged_ms` is when segments were last rewritten."""

    background_seq: int = 0
    reached_seq: int = 0
    expunged_ms: int = 0


def post_key(post_id: str) -> str:
    """Return the key of an id's locator."""
    return key("p:" + post_id)


def stale_key(post_id: str) -> str:
    """Return the key of the note that a post's reach is stale."""
    return key("s:" + post_id)


def word_key(word: str) -> str:
    """Return the key of a word of the background."""
    return key(f"w{WORDS_VERSION}:{word}")


def account_tombstone_key(name: str) -> str:
    """Return the key of an account tombstone by the account's salted hash."""
    return "a:" + name


def own_account_tombstone_key(names: IndexNames, network: str, author_id: str) -> str:
    """Return the key of an account tombstone, hashed with this store's salt so that it does not reveal the account."""
    return account_tombstone_key(account_hash(network, author_id, own_salt(names)))


def own_salt(names: IndexNames) -> bytes:
    """Return the salt of this store."""
    return hashlib.sha256(names.state.encode()).digest()
