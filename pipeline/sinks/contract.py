"""Contract of a sink: protocol of a plug-in that receives the matches of searches, each at least once.

A sink has two methods, `open` and `deliver`. A `Delivery` holds a search's new matches, its retracted posts and the
posts deleted at their source. Sinks run in a process of their own (`murmur sinks`), each in its own thread. A sink that
is slow or raises delays no other; the delivery comes again (docs/how-to/extend.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec


class Delivery(msgspec.Struct, frozen=True):
    """The changes of one search's matches since the last delivery.

    `posts` match, oldest first, as on the wire (docs/reference/post.md). A post may come again, with a greater
    `version` if it changed. `gone` are the ids of retracted posts: they changed and no longer match. `withdrawn` are
    the ids of posts deleted at their source, whichever search they matched. A sink removes posts of both lists that it
    still shows. `missed`: one batch held more changes than can be read at once (an account of tens of thousands of
    posts was deleted), so that some of them are not in this delivery.
    """

    search: str
    posts: Sequence[dict[str, Any]]
    gone: Sequence[str] = ()
    withdrawn: Sequence[str] = ()
    missed: bool = False


class Sink(Protocol):
    """One target of matches. Its methods are called from one thread, never two at once.

    Posts that `murmur import` brought are no news and are passed over, unless the sink has an attribute
    `takes_imported` that is true; then they come with `"imported": true`.
    """

    def open(self) -> None:
        """Connect and check what the sink needs. Called before the first delivery, and again after a failed one."""
        ...

    def deliver(self, delivery: Delivery) -> None:
        """Accept a delivery durably. Any exception means "not now": the delivery comes again later, perhaps with more.

        There is no time limit, but after half a minute another process may make the same delivery.
        """
        ...
