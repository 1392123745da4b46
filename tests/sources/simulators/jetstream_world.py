"""World of two Jetstream servers in simulated time: each hears the same posts in its own order, late, by its own clock.

No socket and no second is spent: `WorldClock` is the reader's clock, and waiting for events moves it. A server behaves
as the real ones do (v0.0.0-20251009222037 and 9a30def, August 2026): the first leaves out up to a second where replay
meets live, and sends all that it has when it is asked for what is yet to come; the second numbers its events, begins
inside its active segment at that segment's start, and takes a number of the future for "now".
"""

from __future__ import annotations

import bisect
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.errors import SourceUnavailable
from pipeline.sources.bluesky.connection import StreamRefused
from pipeline.sources.bluesky.jetstream_url import NEWER_PATH
from pipeline.sources.bluesky.joining.server_clock import SystemClock

BEGAN_US = 1_780_000_000_000_000
SECOND_US = 1_000_000
_TID_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


def tid(time_us: int, clock_id: int = 7) -> str:
    """Return the TID of a time."""
    value, digits = time_us << 10 | clock_id, ""
    for _ in range(13):
        value, digit = divmod(value, 32)
        digits = _TID_DIGITS[digit] + digits
    return digits


class WorldClock(SystemClock):
    """Both of the reader's clocks, moved by whoever waits."""

    def __init__(self) -> None:
        self.true_us = BEGAN_US
        self.slept_us = 0

    def sleep(self, us: int) -> None:
        """Let the machine sleep: only the time of day goes on."""
        self.true_us += us
        self.slept_us += us

    def now_us(self) -> int:
        return self.true_us

    def monotonic_s(self) -> float:
        return (self.true_us - self.slept_us - BEGAN_US) / 1e6 + 1000.0

    def wait(self, seconds: float) -> None:
        self.true_us += int(seconds * 1e6)


@dataclass(frozen=True)
class Written:
    """A post: when it was written, and the author's stamp, which a wrong clock makes another."""

    written_us: int
    rev_us: int
    rkey: str


@dataclass
class WorldServer:
    """One instance. `heard_after_us`: how late it hears a post; `fast_us`: how far its clock is ahead."""

    clock: WorldClock
    original: bool
    heard_after_us: Callable[[Written], int]
    fast_us: int = 0
    first_number: int = 1
    segment_us: int = 120 * SECOND_US
    floor_us: int = 0
    stamps: list[int] = field(default_factory=list)
    true_us: list[int] = field(default_factory=list)
    posts: list[Written] = field(default_factory=list)

    def hear(self, posts: list[Written]) -> None:
        """Order all posts as this server hears them."""
        for true_us, post in sorted(
            ((post.written_us + self.heard_after_us(post), post) for post in posts), key=lambda one: one[0]
        ):
            stamp = true_us + self.fast_us
            self.stamps.append(max(stamp, self.stamps[-1] + 1) if self.stamps else stamp)
            self.true_us.append(true_us)
            self.posts.append(post)

    def heard(self) -> int:
        """Return how many posts it has heard by now."""
        return bisect.bisect_right(self.true_us, self.clock.true_us)

    def start(self, cursor: int | None) -> int:
        """Return the index at which a stream begins."""
        now, floor = self.heard(), bisect.bisect_left(self.stamps, self.floor_us)
        if cursor is None or cursor > self.clock.true_us + self.fast_us:
            return now
        if cursor < 10**15 and not self.original:
            index = cursor - self.first_number
            if index < floor:
                raise StreamRefused(400, '{"error":"CursorTooOld"}', 0.0)
            return index if index < now else now
        index = max(floor, bisect.bisect_left(self.stamps, cursor))
        if self.original:
            return index if index < now else floor
        segment = self.stamps[max(0, now - 1)] // self.segment_us * self.segment_us
        return max(floor, bisect.bisect_left(self.stamps, segment)) if cursor >= segment else index

    def event(self, index: int, *, newer: bool) -> bytes:
        """Return an event as it is sent."""
        post, stamp = self.posts[index], self.stamps[index]
        commit: dict[str, Any] = {
            "rev": tid(post.rev_us),
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": post.rkey,
            "record": {"$type": "app.bsky.feed.post", "text": post.rkey, "createdAt": "2026-05-28T20:26:40Z"},
        }
        did = f"did:plc:{post.rkey}"
        if not newer:
            return json.dumps({"did": did, "time_us": stamp, "kind": "commit", "commit": commit}).encode()
        seconds, us = divmod(stamp, SECOND_US)
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{us:06}Z"
        payload = {"$type": "network.bsky.jetstream.subscribeEvents#commit", "seq": index + self.first_number}
        frame = {"$type": "message", "payload": {**payload, "did": did, "time": at, **commit}}
        return json.dumps(frame, separators=(",", ":")).encode()


class WorldConnection:
    """A stream of a server that breaks at `until_us` without a sign of what was on its way."""

    def __init__(
        self,
        server: WorldServer,
        cursor: int | None,
        until_us: int,
        random: Random,
        sleeps: list[tuple[int, int]],
        *,
        newer: bool,
    ) -> None:
        self._server = server
        self._at = server.start(cursor)
        self._tip = server.heard()
        self._until_us = until_us
        self._random = random
        self._newer = newer
        self._sleeps = sleeps
        self._dead = False
        self._replaying = cursor is not None and server.original
        self._passing = False

    def receive(self, timeout_s: float) -> list[bytes]:
        server = self._server
        if self._sleeps and server.clock.true_us >= self._sleeps[0][0]:
            server.clock.sleep(self._sleeps.pop(0)[1])
            self._dead = True
        if self._dead:
            server.clock.wait(timeout_s)
            return []
        before = server.heard()
        server.clock.wait(min(timeout_s, 0.05) if self._at < before else timeout_s)
        if server.clock.true_us > self._until_us:
            raise SourceUnavailable("the connection broke")
        end = min(server.heard(), self._at + 500)
        if self._passing and end > self._tip:
            self._pass_over()
        elif self._passing:
            end = self._at
        elif self._replaying and end == server.heard():
            spared_us = server.stamps[end - 1] - self._random.randrange(SECOND_US) if end else 0
            end = max(self._at, bisect.bisect_left(server.stamps, spared_us))
            self._replaying, self._passing = False, True
        found = [server.event(index, newer=self._newer) for index in range(self._at, end)]
        self._at = max(self._at, end)
        return found

    def _pass_over(self) -> None:
        """Leave out what lies less than a second before the first live event, as the original does."""
        stamps = self._server.stamps
        if stamps[self._at] >= stamps[self._tip] - SECOND_US:
            self._at = self._tip
        self._passing = False

    def close(self) -> None:
        self._until_us = 0


class WorldOpening:
    """A connection that opens at once, or is refused."""

    def __init__(self, result: WorldConnection | SourceUnavailable) -> None:
        self._result = result

    def result(self) -> WorldConnection:
        if isinstance(self._result, SourceUnavailable):
            raise self._result
        return self._result

    def abandon(self) -> None:
        pass


class World:
    """Hosts with one or several instances each, of which any may answer; `away`: nobody can be reached now."""

    def __init__(self, clock: WorldClock, hosts: dict[str, list[WorldServer]], random: Random) -> None:
        self.clock = clock
        self.hosts = hosts
        self.longest_s = 40.0
        self.sleeps: list[tuple[int, int]] = []
        self.opened = 0
        self.asked: list[tuple[str, int | None]] = []
        self._random = random

    def connect(self, address_for: Callable[[None], str], _: object) -> WorldOpening:
        """Open an address as `PendingConnection` does."""
        parts = urlsplit(address_for(None))
        server = self._random.choice(self.hosts[parts.netloc])
        newer = parts.path == NEWER_PATH
        if newer and server.original:
            return WorldOpening(StreamRefused(404, "Not Found", 0.0))
        cursors = parse_qs(parts.query).get("cursor")
        cursor = int(cursors[0]) if cursors else None
        self.opened += 1
        self.asked.append((parts.netloc, cursor))
        until_us = self.clock.true_us + int(self._random.uniform(0.5, self.longest_s) * 1e6)
        try:
            return WorldOpening(WorldConnection(server, cursor, until_us, self._random, self.sleeps, newer=newer))
        except StreamRefused as error:
            return WorldOpening(error)
