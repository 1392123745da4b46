"""Documents of the index `accounts`: what is known of accounts, and the posts that are hidden while one is off.

An account's document is named by a salted hash, so that it does not reveal the account. A hidden post's document holds
the account that is off, the post, and its compressed raw record.
"""

from __future__ import annotations

import base64
from typing import Any, Final

import msgspec

from pipeline.post import Post
from pipeline.store.elastic.index_names import IndexNames, key
from pipeline.store.elastic.state_documents import own_salt
from pipeline.store.past.post_past import decode_past, encode_past
from pipeline.store.plan import HIDDEN_KEPT_MS, AccountKey, AccountRow, WithheldPost
from pipeline.store.raw_record_compression import compress, decompress
from pipeline.store.tombstone_rules import account_hash

ACCOUNTS_MAPPING: Final[dict[str, Any]] = {
    "dynamic": False,
    "properties": {
        "kind": {"type": "keyword"},
        "owner": {"type": "keyword"},
        "author": {"type": "keyword"},
        "id": {"type": "keyword", "ignore_above": 1_024},
        "seq": {"type": "long"},
        "created_at": {"type": "long"},
        "until": {"type": "long"},
    },
}
"""Mapping of the index `accounts`. `until` is when (ms) a document is removed."""


class AccountSource(msgspec.Struct):
    """Source of an account's document."""

    row: AccountRow
    until: int
    kind: str = "account"


class WithheldSource(msgspec.Struct):
    """Source of a hidden post's document. `owner` and `author` are salted hashes of accounts, `by` is the owner."""

    id: str
    by: AccountKey
    owner: str
    author: str
    seq: int
    created_at: int
    until: int
    post: Post
    raw: str = ""
    past: bytes = b""
    kind: str = "withheld"

    def withheld_post(self) -> WithheldPost:
        """Return the hidden post, its raw record decompressed."""
        raw = decompress(base64.b64decode(self.raw)) if self.raw else b""
        return WithheldPost(self.post, self.by, raw, decode_past(self.past))


def account_key(names: IndexNames, account: AccountKey) -> str:
    """Return the key of an account's document."""
    return "u:" + hashed(names, account)


def withheld_key(post_id: str) -> str:
    """Return the key of a hidden post's document."""
    return key("h:" + post_id)


def hashed(names: IndexNames, account: AccountKey) -> str:
    """Return the hash of an account under this store's salt."""
    return account_hash(*account, own_salt(names))


def withheld_source(names: IndexNames, one: WithheldPost, raw: str, now_ms: int) -> WithheldSource:
    """Return the source of a hidden post. `raw` is the compressed record in base 64 of the row that it replaces."""
    post = one.post
    return WithheldSource(
        post.id,
        one.owner,
        hashed(names, one.owner),
        hashed(names, (post.source, post.author.id)),
        post.seq,
        post.created_at,
        now_ms + HIDDEN_KEPT_MS,
        post,
        base64.b64encode(compress(one.raw)).decode() if one.raw else raw,
        encode_past(one.past),
    )
