"""Contract of a look-up: checks at a network whether stored posts still exist there.

A look-up never decides. It reports which posts are deleted for sure, returns fresh records of others, and counts the
posts of which it could not tell. `RetryLater` says that there is no answer now. `pipeline/upkeep/recheck` decides what
follows from that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from pipeline.errors import SourceUnavailable
from pipeline.queue.batch import RawBatch


class RetryLater(SourceUnavailable):
    """Raised when a network does not answer now; `pause_s` is the pause that it requests (0: not stated)."""

    def __init__(self, why: str, pause_s: float = 0.0) -> None:
        super().__init__(why[:200])
        self.pause_s = pause_s


class LookupResult(msgspec.Struct, frozen=True):
    """The answer about some posts.

    `deleted` are ids of posts that no longer exist at the source or are hidden there. `fresh` are batches with records
    of posts that exist, labelled with the server that answered. `unsure` counts posts without a usable answer, `paid`
    the posts that the network charges for. `later` are ids that were not asked for, because a server of several limits
    its requests; the first of these servers may be asked again in `pause_s` seconds.
    """

    deleted: list[str]
    fresh: list[RawBatch] = []
    unsure: int = 0
    paid: int = 0
    later: list[str] = []
    pause_s: float = 0.0


class Lookup(Protocol):
    """Look-up of one network: takes `at_once` ids a call, with `apart_s` seconds between two calls."""

    at_once: int
    apart_s: float

    def look(self, ids: Sequence[str]) -> LookupResult:
        """Request posts from the network by their ids, and return the answer.

        Raises:
            RetryLater: there is no answer now.
        """
        ...
