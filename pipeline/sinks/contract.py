"""What a sink is: something that matches of a search are delivered to, at least once. Two methods.

It runs in a process of its own (`murmur sinks`), each sink in its own thread, and is fed from the store: one that is
slow or raises delays nobody but itself, and nothing waits for it but its own place (docs/extend.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec


class Delivery(msgspec.Struct, frozen=True):
    """What happened to one search since the last delivery.

    `posts` are those that match, oldest first, as on the wire (docs/post.md); one that came before may come again, with
    a greater `version` if it changed. `gone` are ids of posts that were changed and do not match now, `withdrawn` ids
    that were deleted at their source, of any search: what a sink still shows of them has to go. `missed`: more than can
    be read at once happened in one batch (an account of tens of thousands of posts was withdrawn), and not all of it
    is here.
    """

    search: str
    posts: Sequence[dict[str, Any]]
    gone: Sequence[str] = ()
    withdrawn: Sequence[str] = ()
    missed: bool = False


class Sink(Protocol):
    """One place that matches go to. Its methods are called from one thread, never two at once."""

    def open(self) -> None:
        """Get ready: connect, look at what is needed. Called before the first delivery, and again after one failed."""
        ...

    def deliver(self, delivery: Delivery) -> None:
        """Take a delivery for good. Whatever is raised means "not now": the same comes again, later, perhaps with more.

        It may take as long as it likes; after half a minute another process may deliver the same.
        """
        ...
