"""Asking a network whether posts are still there: what each network's look-up is, and which one a source has.

A look-up never decides: it says what is gone for sure, what it has of the rest, and of how many it could not tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from pipeline.errors import SourceUnavailable
from pipeline.queue.batch import RawBatch
from pipeline.settings import Settings


class AskedToWait(SourceUnavailable):
    """Raised when a network does not answer now; `pause_s` is how long it wants to be left alone (0: not said)."""

    def __init__(self, why: str, pause_s: float = 0.0) -> None:
        super().__init__(why[:200])
        self.pause_s = pause_s


class Looked(msgspec.Struct, frozen=True):
    """What a network says of some posts: ids that are `gone`, `fresh` records of others (batches, labelled with who
    says so), of how many it is `unsure`, and how many posts were `paid` for."""

    gone: list[str]
    fresh: list[RawBatch] = []
    unsure: int = 0
    paid: int = 0


class Lookup(Protocol):
    """One network's look-up: `at_once` ids a call, `apart_s` between two calls."""

    at_once: int
    apart_s: float

    def look(self, ids: Sequence[str]) -> Looked:
        """Ask for posts by their ids.

        Raises:
            AskedToWait: there is no answer now.
        """
        ...


def open_lookup(name: str, settings: Settings) -> Lookup | None:
    """Return the look-up of a source's network, None where there is none."""
    if name == "x":
        from pipeline.sources.x.lookup import XLookup

        return XLookup(settings.x_bearer_token, settings.x_api_url)
    if name == "bluesky" and settings.bluesky_api != "off":
        from pipeline.sources.bluesky.lookup import BlueskyLookup

        return BlueskyLookup(settings.bluesky_api)
    if name == "mastodon":
        from pipeline.sources.mastodon.lookup import MastodonLookup

        return MastodonLookup(settings.mastodon_servers, settings.mastodon_token, consent=settings.mastodon_consent)
    return None
