"""Enrichment of Bluesky events: chooses those that become records, and adds authors' profiles and reaction counts.

An unknown author delays no post: the record carries the DID, and `late` returns a second, slightly newer version when
the profile arrives (see `normalise`). `counted` returns a new version of each post whose counts arrived. Posts of
authors who are visible to signed-in people only are left out; if such a post was passed on before that was known, its
second version removes it. The posts that wait for a profile are bounded in number, bytes and time.
"""

from __future__ import annotations

import time
from collections import deque

import msgspec

from pipeline.queue.batch import RawRecord
from pipeline.sources.bluesky.event_summary import POST_COLLECTION, EventSummary, parent_of, with_profiles
from pipeline.sources.bluesky.profiles import Profile, Profiles
from pipeline.sources.bluesky.reaction_counts import CountedPost, ReactionCounts

UNNAMED_EVENTS = 2_000
"""Posts kept for a second version at most; the oldest are dropped."""
UNNAMED_BYTES = 4 * 1024 * 1024
UNNAMED_S = 60.0
"""Seconds after which a post without an author name gets no second version."""
LATE_AT_ONCE = 200
"""Second versions that one call returns at most, plus the rest of the last author's posts."""

_encode = msgspec.json.Encoder().encode


class AuthorNames:
    """Adds profiles to events. Used by the reading thread only."""

    def __init__(self, profiles: Profiles, reactions: ReactionCounts) -> None:
        self.profiles = profiles
        self.reactions = reactions
        self._unnamed: dict[str, list[tuple[EventSummary, bytes]]] = {}
        self._order: deque[tuple[float, str, int]] = deque()
        self._bytes = 0
        self._due: deque[str] = deque()

    def start(self) -> None:
        """Start the threads that request profiles and counts."""
        self.profiles.start()
        self.reactions.start()

    def stop(self) -> None:
        """Stop these threads."""
        self.profiles.stop()
        self.reactions.stop()

    def named(self, summary: EventSummary, data: bytes) -> bytes | None:
        """Return the record of an event with its author's profile, None if the event concerns no post."""
        if summary.kind == "reaction":
            self.reactions.note_reaction(summary.uri)
            return None
        if summary.kind == "post":
            author = self.profiles.find(summary.did)
            self._follow_reactions(summary, author)
            if author is None:
                if self.profiles.has_api:
                    self._keep(summary, data)
                return data
            return None if author.hidden else self._with(data, summary, author)
        if summary.kind == "deletion":
            self.reactions.forget(summary.uri)
            self._unnamed.pop(summary.did, None)  # one of them is deleted: none gets a second version
            return data
        if summary.kind == "identity":
            self.profiles.rename(summary.did, summary.handle)
            return None
        return data if summary.kind in ("account", "sync") else None

    def _follow_reactions(self, summary: EventSummary, author: Profile | None) -> None:
        """Follow reactions to a post, unless it is edited: the API may still return the earlier text."""
        if summary.edited or (author is not None and author.hidden):
            self.reactions.forget(summary.uri)
        else:
            self.reactions.remember(summary.uri)

    def counted(self) -> list[RawRecord]:
        """Return a new version of each post whose counts have arrived."""
        received_at = int(time.time() * 1000)
        return [RawRecord(received_at, self._with_counts(post)) for post in self.reactions.arrived()]

    def _with_counts(self, post: CountedPost) -> bytes:
        """Return a post of the API as an event of the time at which its counts were requested."""
        commit = {"operation": "update", "collection": POST_COLLECTION, "rkey": post.rkey, "record": post.record}
        author = self.profiles.find(post.did, request=False) or post.author
        profiles = {post.did: author}
        parent = parent_of(bytes(post.record))
        answered = self.profiles.find(parent, request=False) if parent and parent != post.did else None
        if answered is not None and not answered.hidden:
            profiles[parent] = Profile(handle=answered.handle)
        event = {"did": post.did, "time_us": post.seen_us, "kind": "commit", "commit": commit}
        return _encode(event | {"profiles": profiles, "counts": post.counts})

    def late(self) -> list[RawRecord]:
        """Return second versions of posts whose author was unknown and is known now."""
        self._due.extend(self.profiles.arrived())
        records: list[RawRecord] = []
        received_at = int(time.time() * 1000)
        while self._due and len(records) < LATE_AT_ONCE:
            did = self._due.popleft()
            author = self.profiles.find(did, request=False)
            if author is not None:
                unnamed = self._unnamed.pop(did, [])
                records += [RawRecord(received_at, self._with(data, summary, author)) for summary, data in unnamed]
        self._forget()
        return records

    def _with(self, data: bytes, summary: EventSummary, author: Profile) -> bytes:
        profiles: dict[str, Profile] = {summary.did: author}
        parent = (
            self.profiles.find(summary.parent, request=False)
            if summary.parent and summary.parent != summary.did
            else None
        )
        if parent is not None and not parent.hidden:
            profiles[summary.parent] = Profile(handle=parent.handle)
        return with_profiles(data, profiles)

    def _keep(self, summary: EventSummary, data: bytes) -> None:
        self._unnamed.setdefault(summary.did, []).append((summary, data))
        self._order.append((time.monotonic(), summary.did, len(data)))
        self._bytes += len(data)
        self._forget()

    def _forget(self) -> None:
        """Discard the oldest posts beyond the bounds, each with all posts that wait for the same author."""
        old = time.monotonic() - UNNAMED_S
        while self._order and (
            len(self._order) > UNNAMED_EVENTS or self._bytes > UNNAMED_BYTES or self._order[0][0] < old
        ):
            _, did, size = self._order.popleft()
            self._bytes -= size
            self._unnamed.pop(did, None)
