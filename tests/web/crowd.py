"""A crowd of browsers behind a balancer: they reconnect as docs/reference/protocol.md requires, and count."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.web.browser import Search

T = TypeVar("T")

CONNECTS_AT_ONCE = 30
LOST_MS = 1_000
"""Milliseconds, at most, after which a connection that ended without a close frame is made anew."""


@dataclass
class Goodbye:
    """A close frame that a browser received."""

    port: int
    code: int
    delay_ms: int


class Balancer:
    """Gives each connection to the next process in turn; a process that is down gets none."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = list(ports)
        self._turn = 0
        self.given: Counter[int] = Counter()

    def next(self) -> int:
        """Return the port of the next process."""
        self._turn += 1
        return self._ports[self._turn % len(self._ports)]

    def down(self, port: int) -> None:
        """Take a process out."""
        with suppress(ValueError):
            self._ports.remove(port)

    def up(self, port: int) -> None:
        """Put a process back."""
        self.down(port)
        self._ports.append(port)


class Crowd:
    """Browsers, each with one search, in a thread of their own."""

    def __init__(self, ports: list[int], queries: list[str]) -> None:
        self.balancer = Balancer(ports)
        self.searches = [Search(query, 500) for query in queries]
        self.goodbyes: list[Goodbye] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._tasks: list[asyncio.Task[None]] = []
        self._call(self._begin())

    def not_whole(self, expected: dict[str, set[str]]) -> int:
        """Return the number of browsers that are not live, or hold other posts than expected."""

        async def count() -> int:
            return sum(
                search.phase != "live" or search.watcher.have.keys() != expected[search.query]
                for search in self.searches
            )

        return self._call(count())

    def until_whole(self, expected: dict[str, set[str]], until: float) -> None:
        """Wait until every browser holds what is expected; fail at `until` (monotonic)."""
        while left := self.not_whole(expected):
            phases = Counter(search.phase for search in self.searches)
            assert time.monotonic() < until, f"{left} of {len(self.searches)} are not whole: {phases}"
            time.sleep(0.1)

    def close(self) -> None:
        """Close every browser."""
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _begin(self) -> None:
        self._gate = asyncio.Semaphore(CONNECTS_AT_ONCE)
        self._tasks = [asyncio.create_task(self._live(search)) for search in self.searches]

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _live(self, search: Search) -> None:
        while True:
            port = self.balancer.next()
            try:
                async with self._gate:
                    connection = await connect(
                        f"ws://127.0.0.1:{port}/ws", compression=None, ping_interval=None, proxy=None, open_timeout=20
                    )
            except (OSError, WebSocketException):
                self.balancer.down(port)  # as a balancer does: the next process, at once
                await asyncio.sleep(0.01)
                continue
            self.balancer.given[port] += 1
            try:
                await self._watch(search, connection)
            except ConnectionClosed as closed:
                delay_ms = self._goodbye(port, closed)
            finally:
                search.phase = "away"
                connection.transport.abort()
            await asyncio.sleep(delay_ms / 1000)

    def _goodbye(self, port: int, closed: ConnectionClosed) -> int:
        if closed.rcvd is None:
            return LOST_MS
        delay = re.search(r"come back in (\d+) ms", closed.rcvd.reason)
        assert delay, f"{closed.rcvd.code} {closed.rcvd.reason}: stay away"
        self.goodbyes.append(Goodbye(port, closed.rcvd.code, int(delay[1])))
        return int(delay[1])

    async def _watch(self, search: Search, connection: Any) -> None:
        search.phase, search.seen = "requested", None
        if search.after is None:
            search.watcher.reset()
        request = {"type": "subscribe", "id": "a", "query": search.query, "history": search.history}
        await connection.send(msgspec.json.encode(request | {"after": search.after}).decode())
        while True:
            frame = msgspec.json.decode(await connection.recv(decode=False))
            if frame["type"] == "subscribed":
                search.key, search.phase = frame["key"], "history"
            else:
                search.take(frame)
