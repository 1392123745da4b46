"""Account rows: what a store remembers of an account beside its posts, and the posts hidden while the account is off.

An account's row says whether the account is on or off and which handles it had, each with the time of the change at the
source, so that an event which arrives late changes nothing. Rows and hidden posts are kept for a bounded time.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from pipeline.post import AccountChange, Post
from pipeline.store.past.post_past import NO_PAST, PostPast

HIDDEN_KEPT_MS = 60 * 86_400_000
"""Milliseconds that hidden posts, and what is known of an account that is off or was renamed, are kept."""

ACCOUNT_KEPT_MS = 8 * 86_400_000
"""Milliseconds that a store remembers of an account that is on and was never renamed when it came back."""

FORMER_HANDLES_MAX = 5
"""Most former handles of an account that still find its posts."""

AccountKey = tuple[str, str]
"""Network, and the network's own id of an account."""


class AccountRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """Known state of an account: `hidden` since or not since `at` (ms), named `handle` since `named_at` (ms).

    Times are -1 where nothing is known. `former` are earlier handles, newest first.
    """

    at: int = -1
    hidden: bool = False
    named_at: int = -1
    handle: str = ""
    former: tuple[str, ...] = ()

    def changed_by(self, change: AccountChange) -> AccountRow | None:
        """Return the row after a change, an equal one for a redelivery, None if a later change is known."""
        row = self
        if change.hidden is not None:
            if (change.at, change.hidden) < (self.at, self.hidden):
                return None
            row = msgspec.structs.replace(row, at=change.at, hidden=change.hidden)
        if change.handle:
            if change.at < self.named_at:
                return None
            row = row.renamed(change.handle, change.at)
        return row

    def renamed(self, handle: str, at: int) -> AccountRow:
        """Return the row of an account that has had a handle since a time."""
        earlier = [one for one in (self.handle, *self.former) if one and one != handle]
        former = tuple(dict.fromkeys(earlier))[:FORMER_HANDLES_MAX]
        return msgspec.structs.replace(self, named_at=at, handle=handle, former=former)

    def kept_ms(self) -> int:
        """Return the milliseconds that this row is kept after it was written."""
        return HIDDEN_KEPT_MS if self.hidden or self.handle else ACCOUNT_KEPT_MS


@dataclass(slots=True)
class WithheldPost:
    """Post that is hidden because the account `owner` is off: its author's, or that of the post it reposts.

    `raw` is its raw record; b"" where it has none, or where the record of the stored row is meant. `past` is what was
    replaced in it.
    """

    post: Post
    owner: AccountKey
    raw: bytes = b""
    past: PostPast = NO_PAST
