"""Which events are handed over, and with whose name on them.

An author who is not known yet delays nothing: the post goes on under its DID, and is handed over once more, a little
newer, when the profile has come (see `normalise`). Posts of authors who show themselves to signed-in people only are
not handed over, or withdrawn if they were before that was known.
"""

from __future__ import annotations

import time
from collections import deque

import msgspec

from pipeline.queue.batch import RawRecord
from pipeline.sources.bluesky.profiles import Profile, Profiles
from pipeline.sources.bluesky.reactions import Reactions, Told
from pipeline.sources.bluesky.wire import POSTS, Sight, parent_of, with_profiles

UNNAMED_EVENTS = 2_000
UNNAMED_BYTES = 4 * 1024 * 1024
UNNAMED_S = 60.0
"""A post that has gone without a name for so long keeps none."""
LATE_AT_ONCE = 200

_encode = msgspec.json.Encoder().encode


class Naming:
    """Puts what is known of an author beside the author's posts. Belongs to the reading thread."""

    def __init__(self, profiles: Profiles, reactions: Reactions) -> None:
        self.profiles = profiles
        self.reactions = reactions
        self._unnamed: dict[str, list[tuple[Sight, bytes]]] = {}
        self._order: deque[tuple[float, str, int]] = deque()
        self._bytes = 0
        self._due: deque[str] = deque()

    def start(self) -> None:
        """Let profiles be asked for."""
        self.profiles.start()
        self.reactions.start()

    def stop(self) -> None:
        """Ask no more."""
        self.profiles.stop()
        self.reactions.stop()

    def named(self, seen: Sight, data: bytes) -> bytes | None:
        """Return the record to hand over for an event, None for one that concerns no post."""
        if seen.kind == "reaction":
            self.reactions.reacted(seen.uri)
            return None
        if seen.kind == "post":
            author = self.profiles.find(seen.did)
            self._heed(seen, author)
            if author is None:
                if self.profiles.asks:
                    self._keep(seen, data)
                return data
            return None if author.hidden else self._with(data, seen, author)
        if seen.kind == "gone":
            self.reactions.withdrawn(seen.uri)
            self._unnamed.pop(seen.did, None)  # which of them is withdrawn is not looked into: none is told again
            return data
        if seen.kind == "identity":
            self.profiles.rename(seen.did, seen.handle)
            return None
        return data if seen.kind == "account" else None

    def _heed(self, seen: Sight, author: Profile | None) -> None:
        """Heed reactions to a post. Not to an edited one: what the API says of it may be what it said before."""
        if seen.edited or (author is not None and author.hidden):
            self.reactions.withdrawn(seen.uri)
        else:
            self.reactions.posted(seen.uri)

    def counted(self) -> list[RawRecord]:
        """Return posts whose numbers have come."""
        received_at = int(time.time() * 1000)
        return [RawRecord(received_at, self._retold(told)) for told in self.reactions.told()]

    def _retold(self, told: Told) -> bytes:
        """Return what the API says of a post as an event of the time it was asked."""
        commit = {"operation": "update", "collection": POSTS, "rkey": told.rkey, "record": told.record}
        author = self.profiles.find(told.did, ask=False) or told.author
        profiles = {told.did: author}
        parent = parent_of(bytes(told.record))
        answered = self.profiles.find(parent, ask=False) if parent and parent != told.did else None
        if answered is not None and not answered.hidden:
            profiles[parent] = Profile(handle=answered.handle)
        event = {"did": told.did, "time_us": told.seen_us, "kind": "commit", "commit": commit}
        return _encode(event | {"profiles": profiles, "counts": told.counts})

    def late(self) -> list[RawRecord]:
        """Return posts handed over without a name whose author is known now."""
        self._due.extend(self.profiles.arrived())
        records: list[RawRecord] = []
        received_at = int(time.time() * 1000)
        while self._due and len(records) < LATE_AT_ONCE:
            did = self._due.popleft()
            author = self.profiles.find(did, ask=False)
            if author is not None:
                unnamed = self._unnamed.pop(did, [])
                records += [RawRecord(received_at, self._with(data, seen, author)) for seen, data in unnamed]
        self._forget()
        return records

    def _with(self, data: bytes, seen: Sight, author: Profile) -> bytes:
        profiles: dict[str, Profile] = {seen.did: author}
        parent = self.profiles.find(seen.parent, ask=False) if seen.parent and seen.parent != seen.did else None
        if parent is not None and not parent.hidden:
            profiles[seen.parent] = Profile(handle=parent.handle)
        return with_profiles(data, profiles)

    def _keep(self, seen: Sight, data: bytes) -> None:
        self._unnamed.setdefault(seen.did, []).append((seen, data))
        self._order.append((time.monotonic(), seen.did, len(data)))
        self._bytes += len(data)
        self._forget()

    def _forget(self) -> None:
        """Keep within the bounds: the oldest go first, with all that waits for the same author."""
        old = time.monotonic() - UNNAMED_S
        while self._order and (
            len(self._order) > UNNAMED_EVENTS or self._bytes > UNNAMED_BYTES or self._order[0][0] < old
        ):
            _, did, size = self._order.popleft()
            self._bytes -= size
            self._unnamed.pop(did, None)
