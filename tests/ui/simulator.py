"""Simulated server: answers as the product does, from the product's in-memory store, and fails on command.

It causes faults that the real product cannot be brought to at a given time: a dropped socket, a `lagged` frame, a
source that is down. Everything else is tested against the product (`test_product.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypedDict, get_args
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from pipeline.errors import QueryError
from pipeline.post import Deletion, Post, Upsert
from pipeline.query.document import describe
from pipeline.query.evaluate import matches
from pipeline.query.explain import explain
from pipeline.query.parser import parse
from pipeline.query.syntax.operators import OPERATORS
from pipeline.query.tree import Query
from pipeline.query.without_reposts import without_reposts
from pipeline.store.contract import CoverageRow, TopField, Writes
from pipeline.store.memory import MemoryStore
from tests.ui.responses import PICTURE, answer, file, response
from web.api.coverage_gaps import end_and_gaps
from web.api.post.conversation import read_conversation
from web.api.post.neighbours import read_neighbours
from web.api.timeline_buckets import TimelineWish, read_focused_timeline, read_timeline
from web.protocol.server_messages import WirePost

TOO_LONG = {
    "code": "query_timeout",
    "message": "This search took too long and was stopped.",
    "hint": "Narrow it down.",
}


class Simulator:
    """One server in a thread of its own. `url` is set by `start`. Every method may be called from any thread."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.seq = 0
        self.sources: list[dict[str, Any]] = [
            {"name": "bluesky", "state": "live", "since": now(), "lag_s": 1.0, "detail": "", "generated": False}
        ]
        self.page: dict[str, Any] = {
            "generated": False, "next_step": "SOURCE=bluesky make run", "images": "off", "depths": [500, 5000, 20000],
            "examples": ["storm", "#coastwatch", "lang:ja"], "version": "0.1", "problem": None,
        }  # fmt: skip
        self.refuse_sockets = False
        self.locked = False
        self.stalled = False
        self.stream = ""
        self.reconnecting = False
        self.outage: dict[str, Any] | None = None
        self.versions: dict[str, list[Any]] = {}
        """Former versions by post, newest first."""
        self.decks: list[dict[str, Any]] = []
        """Summaries of the stored decks."""
        self.broken: set[str] = set()
        """Routes below `/api/` that answer 503; "subscribe" lets every subscription fail."""
        self.requests: list[str] = []
        self.subscribes: list[dict[str, Any]] = []
        self._sockets: set[ServerConnection] = set()
        self.silent = False
        """Whether sockets stay open but send nothing, as on a lost network."""
        self._watches: dict[ServerConnection, dict[str, Query]] = {}
        """Searches of each socket, by subscription id."""
        self._lock = threading.RLock()
        self._loop = asyncio.new_event_loop()
        self._server: Server | None = None
        self._ticking: asyncio.Task[Any] | None = None
        self._thread = threading.Thread()
        self.url = ""

    def start(self) -> Simulator:
        """Start to listen on a free port; return the simulator."""
        ready = threading.Event()

        async def main() -> None:
            self._server = await serve(self._socket, "127.0.0.1", 0, process_request=self._request, compression=None)
            port = next(iter(self._server.sockets)).getsockname()[1]
            self.url = f"http://127.0.0.1:{port}"
            self._ticking = asyncio.current_task()
            ready.set()
            try:
                while True:
                    await asyncio.sleep(1)
                    self._send_all(self.stats())
            finally:
                self._server.close()
                await self._server.wait_closed()

        def run() -> None:
            asyncio.set_event_loop(self._loop)
            with contextlib.suppress(asyncio.CancelledError, RuntimeError):
                self._loop.run_until_complete(main())

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        ready.wait(10)
        return self

    def stop(self) -> None:
        """Stop the server."""
        if self._ticking:
            self._loop.call_soon_threadsafe(self._ticking.cancel)
        self._thread.join(10)

    # -- actions of tests
    def put(self, posts: Sequence[Post | Upsert], *, live: bool = True) -> None:
        """Store posts; if `live`, send them to every socket with a matching search."""
        upserts = [one if isinstance(one, Upsert) else Upsert(one) for one in posts]
        with self._lock:
            self.seq += len(upserts)
            kept = self.store.persist(Writes(upserts=upserts), self.seq - len(upserts) + 1)
        if not live:
            return
        for socket, query in self._watched():
            bodies = [entry.body for entry in kept.entries if matches(query.root, describe(entry.post, entry.original))]
            if bodies:
                head = f'{{"type":"posts","key":"{query.key}","after":{self.seq},"posts":['
                self._send(socket, head + b",".join(bodies).decode() + "]}")

    def _watched(self) -> list[tuple[ServerConnection, Query]]:
        """Return each search of each socket once: live posts are shared by the subscriptions of a search."""
        return [
            (socket, query)
            for socket, watches in list(self._watches.items())
            for query in {one.key: one for one in watches.values()}.values()
        ]

    def _subscriptions(self) -> list[tuple[ServerConnection, str, Query]]:
        return [(socket, *watch) for socket, watches in list(self._watches.items()) for watch in list(watches.items())]

    def body(self, post: Post) -> bytes:
        """Store a post and return its wire JSON."""
        with self._lock:
            self.seq += 1
            return self.store.persist(Writes(upserts=[Upsert(post)]), self.seq).entries[0].body

    def delete(self, ids: Sequence[str]) -> None:
        """Delete posts, and send `deleted` to every socket."""
        with self._lock:
            self.store.persist(Writes(deletions=[Deletion(one, now()) for one in ids]), self.seq)
        self._send_all({"type": "deleted", "ids": list(ids)})

    def retract(self, pairs: Sequence[tuple[str, int]]) -> None:
        """Retract versions of posts: send `gone` for each search of each socket."""
        for socket, query in self._watched():
            self._send(socket, json.dumps({"type": "gone", "key": query.key, "posts": list(pairs)}))

    def send_frame(self, kind: str, **fields: Any) -> None:
        """Send a frame with any fields for each subscription of each socket."""
        for socket, watch_id, query in self._subscriptions():
            self._send(socket, json.dumps({"type": kind, "id": watch_id, "key": query.key, **fields}))

    def reset(self) -> None:
        """Reset every subscription of every socket: send `reset` and the current history."""
        for socket, watch_id, query in self._subscriptions():
            self._send(socket, json.dumps({"type": "reset", "id": watch_id, "key": query.key}))
            with self._lock, self.store.reading() as reading:
                bodies = reading.search(query, limit=5_000).bodies
            named = f'"id":{json.dumps(watch_id)},"key":"{query.key}"'
            head = f'{{"type":"history",{named},"done":true,"after":{self.seq},"posts":['
            self._send(socket, head + b",".join(bodies).decode() + "]}")

    def lag(self) -> None:
        """Send `lagged` for each subscription of each socket."""
        for socket, watch_id, query in self._subscriptions():
            self._send(socket, json.dumps({"type": "lagged", "id": watch_id, "key": query.key}))

    def drop(self, code: int = 1012) -> None:
        """Close every socket with a close code."""
        for socket in list(self._sockets):
            asyncio.run_coroutine_threadsafe(socket.close(code), self._loop)

    def stats(self) -> dict[str, Any]:
        """Return a `stats` frame."""
        return {
            "type": "stats", "after": self.seq, "indexed": self.store.indexed(), "rate": 4.0, "sources": self.sources,
            "connected": len(self._sockets), "reconnecting": self.reconnecting,
            "outage": self.outage,
        }  # fmt: skip

    # -- the socket
    def _send_all(self, message: dict[str, Any]) -> None:
        for socket in list(self._sockets):
            self._send(socket, json.dumps(message))

    def _send(self, socket: ServerConnection, text: str) -> None:
        async def send() -> None:
            try:
                if not self.silent:
                    await socket.send(text)
            except ConnectionClosed:
                self._watches.pop(socket, None)

        asyncio.run_coroutine_threadsafe(send(), self._loop)

    async def _socket(self, socket: ServerConnection) -> None:
        self._sockets.add(socket)
        try:
            async for text in socket:
                message = json.loads(text)
                self.subscribes.append(message)
                if message["type"] == "unsubscribe":
                    self._watches.get(socket, {}).pop(message["id"], None)
                elif message["type"] == "subscribe" and not self.stalled and not self.silent:
                    await self._subscribe(socket, message)
        except ConnectionClosed:
            pass
        finally:
            self._sockets.discard(socket)
            self._watches.pop(socket, None)

    async def _subscribe(self, socket: ServerConnection, message: dict[str, Any]) -> None:
        try:
            query = parse(message["query"])
        except QueryError as error:
            await socket.send(json.dumps({"type": "error", "id": message["id"], "error": _fault(error)}))
            return
        if "subscribe" in self.broken:
            await socket.send(json.dumps({"type": "error", "id": message["id"], "error": TOO_LONG}))
            await socket.send(json.dumps(self.stats()))
            return
        self._watches.setdefault(socket, {})[message["id"]] = query
        terms = list(query.terms)
        await socket.send(
            json.dumps(
                {"type": "subscribed", "id": message["id"], "key": query.key, "query": query.canonical, "terms": terms}
            )
        )
        with self._lock, self.store.reading() as reading:
            if message["after"] is None:
                bodies = reading.search(query, limit=message["history"]).bodies
            else:
                bodies = reading.changes(
                    query, after=message["after"], removed_after=message["after"], limit=2000
                ).bodies
        for start in range(0, len(bodies), 200):
            chunk = b",".join(bodies[start : start + 200]).decode()
            named = f'"id":{json.dumps(message["id"])},"key":"{query.key}"'
            await socket.send(f'{{"type":"history",{named},"posts":[{chunk}],"done":false}}')
        last = {"type": "history", "id": message["id"], "key": query.key, "posts": [], "done": True, "after": self.seq}
        await socket.send(json.dumps(last))
        await socket.send(json.dumps(self.stats()))

    # -- HTTP
    def _request(self, _socket: ServerConnection, request: Request) -> Response | None:
        parts = urlsplit(request.path)
        if parts.path == "/ws":
            return response(503, b"{}") if self.refuse_sockets else None
        self.requests.append(request.path)
        if parts.path.startswith("/api/") and (refusal := self._refusal(parts.path.removeprefix("/api/"))):
            return refusal
        if not parts.path.startswith("/api/"):
            return response(200, PICTURE, "image/svg+xml") if parts.path.startswith("/img/") else file(parts.path)
        if parts.path == "/api/stream":
            away = self.refuse_sockets and not self.stream
            return response(503 if away else 200, self.stream.encode(), "text/event-stream")
        params = {name: values[0] for name, values in parse_qs(parts.query).items()}
        try:
            return self._of_post(parts.path) or answer(self._answer(parts.path.removeprefix("/api/"), params))
        except QueryError as error:
            return answer({"error": _fault(error)}, 400)

    def _refusal(self, route: str) -> Response | None:
        if self.locked:
            return answer({"error": {"code": "signed_out", "message": "sign in"}}, 401)
        return answer({"error": TOO_LONG}, 503) if route in self.broken else None

    def _answer(self, name: str, params: dict[str, str]) -> Any:
        answers: dict[str, Callable[[dict[str, str]], Any]] = {
            "page": lambda _: {**self.page, "sources": self.sources},
            "stats": lambda _: {**self.stats(), "lag_s": 1.0, "searches": 1},
            "decks": lambda _: {"decks": self.decks},
            "language": lambda _: {
                "operators": [
                    {
                        "name": one.name,
                        "aliases": list(one.aliases),
                        "example": one.example,
                        "finds": one.finds,
                        "values": list(one.choices),
                    }
                    for one in OPERATORS
                ]
            },
            "coverage": lambda _: {"rows": [_row(row) for row in self.store.coverage()]},
            "explain": self._explain,
            "timeline": self._timeline,
            "top": self._top,
            "search": self._search,
        }
        return answers[name](params)

    def _explain(self, params: dict[str, str]) -> Any:
        query = parse(params["q"])
        if "id" not in params:
            return explain(query)
        with self._lock, self.store.reading() as reading:
            post = msgspec.json.decode(reading.posts([params["id"]])[params["id"]], type=WirePost)
        return explain(query, post, post.original)

    def _of_post(self, path: str) -> Response | None:
        """Return the answer about one post, None for another path."""
        if not path.startswith("/api/posts/"):
            return None
        post_id, _, part = unquote(path.removeprefix("/api/posts/")).partition("/")
        with self._lock, self.store.reading() as reading:
            found = reading.posts([post_id]).get(post_id)
            if found is None:
                at = self.store.deleted_at([post_id]).get(post_id)
                error = {"code": "not_found" if at is None else "deleted", "message": "No such post is stored."}
                return answer({"error": error, "deleted_at": at}, 404 if at is None else 410)
            if part == "conversation":
                talk = read_conversation(reading, post_id)
                assert talk
                return answer({"root": talk.root, "posts": _posts(talk.bodies), "more": talk.cut})
            if part == "around":
                sides = read_neighbours(reading, post_id, 5)
                assert sides
                names = ("source", "author")
                return answer(
                    {
                        name: {"before": _posts(one.before), "after": _posts(one.after)}
                        for name, one in zip(names, sides, strict=True)
                    }
                )
            if part == "versions":
                return answer({"versions": self.versions.get(post_id, [])})
        return response(200, found, "application/json")

    def _timeline(self, params: dict[str, str]) -> Any:
        interval = int(params["interval"]) if "interval" in params else None
        zone = ZoneInfo(params["zone"]) if "zone" in params else None
        wish, query = TimelineWish(interval, **_span(params), zone=zone), parse(params["q"])
        with self._lock, self.store.reading() as reading:
            if wish.since is None and wish.until is None:
                line, outlying = read_focused_timeline(reading, query, wish)
            else:
                line, outlying = read_timeline(reading, query, wish), []
        open_end = "to" not in params and line.total > 0
        rows = self.store.coverage(since=line.since, until=None if open_end else line.until)
        named = {one["name"] for one in self.sources}
        end, gaps = end_and_gaps(rows, named, since=line.since, until=line.until, now=now() if open_end else None)
        return {
            "interval_ms": line.interval_ms, "from": line.since, "to": end, "total": line.total,
            "buckets": line.buckets, "gaps": [{**_row(gap.row), "partial": gap.partial} for gap in gaps], "took_ms": 1,
            "zone": zone.key if zone else "UTC",
            "outlying": [{"from": side.since, "to": side.until, "count": side.count} for side in outlying],
        }  # fmt: skip

    def _top(self, params: dict[str, str]) -> Any:
        field = next(one for one in get_args(TopField) if one == params["field"])
        with self._lock, self.store.reading() as reading:
            top = reading.top(parse(params["q"]), field, limit=int(params["limit"]), **_span(params))
        items = [
            {
                "value": item.value, "label": item.label, "count": item.count, "share": item.share,
                "background": item.background, "score": item.score,
            }
            for item in top.items
        ]  # fmt: skip
        on = {"counted": top.counted, "matching": top.matching, "from": top.since, "to": top.until}
        return {"field": params["field"], "items": items, "based_on": on, "took_ms": 1}

    def _search(self, params: dict[str, str]) -> Any:
        query = parse(params["q"])
        searched = without_reposts(query) if params.get("originals") == "true" else query
        sort: Any = params.get("sort", "latest")
        with self._lock, self.store.reading() as reading:
            page = reading.search(
                searched, limit=int(params.get("limit", "50")), before=params.get("before"), sort=sort, **_span(params)
            )
            ranked = {"values": page.values, "matching": reading.count(searched, **_span(params))}
        posts = [json.loads(body) for body in page.bodies]
        answered = {
            "posts": posts,
            "next": page.next,
            "took_ms": 1,
            "query": query.canonical,
            "terms": list(query.terms),
        }
        return answered | ranked if searched is not query else answered


def now() -> int:
    """Return the time in ms."""
    return int(time.time() * 1000)


def _posts(bodies: Sequence[bytes]) -> list[Any]:
    return [json.loads(body) for body in bodies]


class _Span(TypedDict, total=False):
    since: int
    until: int


def _span(params: dict[str, str]) -> _Span:
    span: _Span = {}
    if "from" in params:
        span["since"] = int(params["from"])
    if "to" in params:
        span["until"] = int(params["to"])
    return span


def _row(row: CoverageRow) -> dict[str, Any]:
    return {
        "source": row.source,
        "from": row.since,
        "to": row.until,
        "search": row.search,
        "why": row.reason,
        "sampled": row.sampled,
        "imported": row.imported,
    }


def _fault(error: QueryError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "position": error.position, "hint": error.hint}


def _demo() -> None:
    from tests.ui import records

    simulator = Simulator()
    simulator.put(
        records.real(now()) if "real" in sys.argv else [records.post(n, now() - n * 4_000) for n in range(3_000)],
        live=False,
    )
    simulator.start()
    print(simulator.url, flush=True)
    number = 100_000
    while True:
        time.sleep(0.25)
        number += 1
        simulator.put([records.post(number, now())])


if __name__ == "__main__":
    _demo()
