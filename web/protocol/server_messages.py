"""Messages from server to client as types: posts, history, retractions, deletions, status, gaps, changed decks, errors.

Posts are listed for the schema only: frames carry them as bytes, unparsed.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from pipeline.broker.store_outage import Outage
from pipeline.post import Post


class WirePost(Post):
    """A post as it travels: a repost or quote whose original is stored carries it inside."""

    original: Post | None = None


class Subscribed(Struct, tag="subscribed", tag_field="type"):
    """The search was understood; frames of `key` follow. Those with an `id` are for that subscription alone."""

    id: str
    key: str
    query: str
    terms: list[str]


class History(Struct, tag="history", tag_field="type"):
    """Stored posts for the subscription `id`, newest first, in chunks; the last has done=true and `after`.

    `entered` as in Posts.
    """

    id: str
    key: str
    posts: list[WirePost]
    done: bool
    after: int | msgspec.UnsetType = msgspec.UNSET
    entered: dict[str, int] | msgspec.UnsetType = msgspec.UNSET


class Posts(Struct, tag="posts", tag_field="type"):
    """Live matches, once for all subscriptions of `key`. Merge by id: the greater `version` wins.

    `entered` has the entry numbers, by id, of those posts that began to match the search later than under their
    `first_seq`.
    """

    key: str
    after: int
    posts: list[WirePost]
    entered: dict[str, int] | msgspec.UnsetType = msgspec.UNSET


class Gone(Struct, tag="gone", tag_field="type"):
    """Retracted posts: those that no longer match, each with the version that does not match."""

    key: str
    posts: list[tuple[str, int]]


class Deleted(Struct, tag="deleted", tag_field="type"):
    """Deleted at the source: never show these ids again, but where a post was written again under its id since.

    Such a post has `rewritten`, the version of a deletion. It is shown if that is no less than the version here; where
    none is given, if it is no less than that of the post that was held, and not 0.
    """

    ids: list[str]
    versions: dict[str, int] | msgspec.UnsetType = msgspec.UNSET


class Reset(Struct, tag="reset", tag_field="type"):
    """Too much was missed: forget what the subscription `id` holds, its history follows."""

    id: str
    key: str


class Lagged(Struct, tag="lagged", tag_field="type"):
    """The client was too slow; nothing comes for subscription `id` until it subscribes again with its last `after`."""

    id: str
    key: str


class SourceState(Struct):
    """State of a source as its reader last reported it."""

    name: str
    state: str
    since: int | None = None
    lag_s: float | None = None
    detail: str = ""
    generated: bool = False


class Stats(Struct, tag="stats", tag_field="type"):
    """Once a second. `after` moves every search whose history is complete. `reconnecting`: live posts wait. `outage`:
    new posts wait for the store."""

    indexed: int
    rate: float
    connected: int
    sources: list[SourceState]
    source: SourceState | None = None
    reconnecting: bool = False
    outage: Outage | None = None
    after: int | msgspec.UnsetType = msgspec.UNSET


class Gap(Struct, tag="gap", tag_field="type"):
    """Posts of that time (ms) are known to be missing."""

    source: str
    from_: int = msgspec.field(name="from")
    to: int | None
    why: str


class DeckChanged(Struct, tag="deck", tag_field="type"):
    """A followed deck changed, in one part or as a whole ("columns"): request it.

    `revision` is 0 where it is not known: right after `follow`, and after notices may have been missed.
    """

    deck: str
    revision: int
    part: Literal["columns", "read", "pins", "deleted"]


class Fault(Struct, omit_defaults=True):
    """An error: `code` for programs, `message` for people, `position` in the search, `hint` what to do."""

    code: str
    message: str
    position: int | None = None
    hint: str = ""


class Error(Struct, tag="error", tag_field="type"):
    """A message, or the subscription `id`, was refused."""

    error: Fault
    id: str | None = None


ServerMessage = Subscribed | History | Posts | Gone | Deleted | Reset | Lagged | Stats | Gap | DeckChanged | Error
