"""Withheld rows: the body of a post that is hidden while an account is off, as stored in the table `withheld`."""

from __future__ import annotations

import msgspec

from pipeline.post import Post
from pipeline.store.plan import AccountKey


class WithheldBody(msgspec.Struct):
    """The account that is off (network and id), and the hidden post with its past."""

    owner: AccountKey
    post: Post
    past: bytes = b""


decode_withheld = msgspec.json.Decoder(WithheldBody).decode
