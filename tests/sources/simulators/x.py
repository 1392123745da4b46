"""Simulator of X's API v2: rules, the filtered stream and look-ups over real HTTP, with faults on demand.

A stream gets all published posts, or with `matching` those that contain the plain words of a rule.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.sources.simulators import http_server
from tests.sources.simulators.x_lookups import Lookups

TOKEN = "made-up-token"
X_EPOCH_MS = 1_288_834_974_657
RULES = "/2/tweets/search/stream/rules"

TOO_MANY = (
    b'{"title":"ConnectionException","detail":"This stream is currently at the maximum allowed connection limit.",'
    b'"connection_issue":"TooManyConnections"}'
)

Fault = Callable[["Stream"], None]


def post(number: int, text: str = "hi", *, user: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return a line of the stream; its id contains the time and `number`, which makes it unique."""
    ms = int(time.time() * 1000)
    author = {"id": "7", "username": "ann", "name": "Ann", "public_metrics": {"followers_count": 3}} | (user or {})
    data = {
        "id": str((ms - X_EPOCH_MS) << 22 | number % 2**22),
        "text": text,
        "author_id": author["id"],
        "created_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(ms / 1000)),
        "public_metrics": {"retweet_count": 0, "reply_count": 0, "like_count": 0, "quote_count": 0},
        **more.pop("data", {}),
    }
    return {"data": data, "includes": {"users": [author], **more}, "matching_rules": [{"id": "1", "tag": "t"}]}


def operational_disconnect() -> bytes:
    """Return the line by which X ends a stream itself."""
    detail = "This stream has been disconnected upstream for operational reasons."
    kind = "https://api.twitter.com/2/problems/operational-disconnect"
    error = {"title": "operational-disconnect", "disconnect_type": "UpstreamOperationalDisconnect", "detail": detail}
    return json.dumps({"errors": [error | {"type": kind}]}).encode() + b"\r\n"


class Stream(http_server.Stream):
    """One open stream."""

    def go_on(self) -> None:
        """Send published posts and keep-alives until the stream ends."""
        beat_s = time.monotonic()
        while self.alive():
            data = self.heard(0.05)
            if time.monotonic() - beat_s > self.server.keep_alive_s:
                beat_s = time.monotonic()
                data += b"\r\n"
            if data:
                self.write(data)


class XApi(http_server.Server):
    """One app's API. `cap`: how many rules it may have; `one_at_a_time`: a second stream is refused, as by X;
    `invalid`: what no rule may hold, and `all_or_none`: then no other is added either."""

    def __init__(self, *, cap: int = 1000, keep_alive_s: float = 20.0, token: str = TOKEN) -> None:
        self.cap = cap
        self.keep_alive_s = keep_alive_s
        self.token = token
        self.rules: list[dict[str, str]] = []
        self.asked: list[tuple[str, str]] = []
        self.tokens: list[tuple[str, str, str]] = []
        self.changes: list[dict[str, Any]] = []
        self.faults: deque[Fault] = deque()
        self.refusals: deque[tuple[int, dict[str, str], bytes]] = deque()
        self.rule_refusals: deque[tuple[int, dict[str, str], bytes]] = deque()
        self.numbers = 0
        self.invalid = ""
        self.all_or_none = False
        self.refused: list[str] = []
        self.matching = False
        self.one_at_a_time = False
        self.lookups = Lookups()
        super().__init__()

    def streamed(self) -> list[dict[str, str]]:
        """Return the parameters of each request for the stream."""
        return [
            dict(parse_qsl(urlsplit(path).query))
            for method, path in self.asked
            if urlsplit(path).path == RULES.removesuffix("/rules")
        ]

    def publish(self, *posts: dict[str, Any]) -> None:
        """Send posts to all streams."""
        for one in posts:
            self.lookups.have(one)
            if self.matching and not any(_has(rule["value"], one["data"]["text"]) for rule in self.rules):
                continue
            self.tell(json.dumps(one, ensure_ascii=False).encode() + b"\r\n")

    def say(self, *texts: str) -> None:
        """Publish a post of each text."""
        for text in texts:
            self.numbers += 1
            self.publish(post(self.numbers, text))

    def hold(self, value: str, tag: str | None = None) -> None:
        """Add a rule."""
        self.numbers += 1
        self.rules.append({"id": str(self.numbers), "value": value} | ({"tag": tag} if tag else {}))

    # -- what X does
    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        self.asked.append((request.command, request.path))
        self.tokens.append((request.command, request.path, request.headers.get("Authorization", "")))
        path = urlsplit(request.path).path
        files = path.startswith(("/upload/", "/download/"))
        if not files and request.headers.get("Authorization") != f"Bearer {self.token}":
            self.plain(request, 401, {}, b'{"title":"Unauthorized","detail":"Unauthorized","status":401}')
        elif path.startswith(RULES) and self.rule_refusals:
            self.plain(request, *self.rule_refusals.popleft())
        elif path == f"{RULES}/counts":
            told = {"cap_per_client_app": str(self.cap), "project_rules_count": str(len(self.rules))}
            self.json(request, {"data": told})
        elif path == RULES:
            told = self._change(json.loads(body)) if request.command == "POST" else self._held()
            self.json(request, told, 400 if self.all_or_none and told.get("errors") else 200)
        elif self.lookups.answers(path):
            self.lookups.answer(self, request, body)
        elif path != RULES.removesuffix("/rules"):
            self.plain(request, 404, {}, b"")
        elif self.refusals:
            self.plain(request, *self.refusals.popleft())
        elif self.one_at_a_time and self.streams:
            self.plain(request, 429, {}, TOO_MANY)
        elif not self.rules:
            issue = b'{"title":"ConnectionException","connection_issue":"RuleConfigurationIssue"}'
            self.plain(request, 409, {}, issue)
        else:
            self._stream(request)

    def _held(self) -> dict[str, Any]:
        return ({"data": self.rules} if self.rules else {}) | {"meta": {"result_count": len(self.rules)}}

    def _change(self, told: dict[str, Any]) -> dict[str, Any]:
        self.changes.append(told)
        if "delete" in told:
            before = len(self.rules)
            self.rules = [rule for rule in self.rules if rule["id"] not in told["delete"]["ids"]]
            return {"meta": {"summary": {"deleted": before - len(self.rules), "not_deleted": 0}}}
        if len(self.rules) + len(told["add"]) > self.cap or any(len(rule["value"]) > 1024 for rule in told["add"]):
            error = {"title": "Invalid Rule", "details": ["too many, or too long"]}
            return {"meta": {"summary": {"created": 0, "not_created": len(told["add"])}}, "errors": [error]}
        bad = [rule for rule in told["add"] if self.invalid and self.invalid in rule["value"]]
        if bad:
            self.refused += [rule["value"] for rule in bad]
            errors = [{"value": rule["value"], "title": "Invalid Rule", "details": ["no viable"]} for rule in bad]
            added = [] if self.all_or_none else [rule for rule in told["add"] if rule not in bad]
            for rule in added:
                self.hold(rule["value"], rule.get("tag"))
            summary = {"created": len(added), "not_created": len(told["add"]) - len(added)}
            return {"meta": {"summary": summary}, "errors": errors}
        for rule in told["add"]:
            self.hold(rule["value"], rule.get("tag"))
        return {"data": self.rules, "meta": {"summary": {"created": len(told["add"]), "not_created": 0}}}

    def _stream(self, request: BaseHTTPRequestHandler) -> None:
        stream = Stream(request, self)
        with self.listening(stream, "application/json"):
            if self.faults:
                self.faults.popleft()(stream)
            else:
                stream.go_on()


def _has(rule: str, text: str) -> bool:
    words = text.lower().split()
    for branch in rule.split(" OR "):
        wanted = [word.strip('()"') for word in branch.lower().split() if ":" not in word]
        if wanted and all(word in words for word in wanted):
            return True
    return False


# -- faults


def hang_up_within_a_line(stream: Stream) -> None:
    """Send half a post, then break the connection."""
    data = json.dumps(post(1, "torn")).encode()
    stream.write(data[: len(data) // 2])
    stream.hang_up()


def stall(stream: Stream) -> None:
    """Send nothing more."""
    while stream.alive():
        time.sleep(0.05)


def drip(stream: Stream) -> None:
    """Send a post byte by byte, then go on."""
    for byte in json.dumps(post(1, "a slow one")).encode() + b"\r\n":
        stream.write(bytes([byte]))
        time.sleep(0.003)
    stream.go_on()


def endless_drip(stream: Stream) -> None:
    """Send byte after byte, and never a whole line."""
    while not stream.server.closing:
        stream.write(b"x")
        time.sleep(0.05)


def say(*data: bytes) -> Fault:
    """Send bytes as they are, each in a chunk, then behave well."""

    def play(stream: Stream) -> None:
        for piece in data:
            stream.write(piece)
        stream.go_on()

    return play


def say_and_close(*data: bytes) -> Fault:
    """Send bytes as they are, then end the stream well."""

    def play(stream: Stream) -> None:
        for piece in data:
            stream.write(piece)
        stream.handler.wfile.write(b"0\r\n\r\n")

    return play
