"""Simulator of Bluesky's public API for profiles and posts; slow, refusing or malformed on demand."""

from __future__ import annotations

import json
import time
from collections import deque
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.sources.simulators import http_server


class BlueskyApi(http_server.Server):
    """API with the accounts in `accounts`; `asked` holds the DIDs of each request."""

    def __init__(self) -> None:
        self.accounts: dict[str, Any] = {}
        self.everybody = False
        self.posts: dict[str, Any] = {}
        self.post_answers: deque[http_server.Refusal] = deque()
        self.asked_posts: list[list[str]] = []
        self.asked: list[list[str]] = []
        self.statuses: deque[tuple[int, dict[str, str]]] = deque()
        self.delay_s = 0.0
        super().__init__()

    def know(self, did: str, handle: str, **more: Any) -> None:
        """Add an account."""
        self.accounts[did] = {"did": did, "handle": handle, **more}

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        if "getPosts" in request.path:
            uris = [value for name, value in parse_qsl(urlsplit(request.path).query) if name == "uris"]
            self.asked_posts.append(uris)
            if self.post_answers:
                self.plain(request, *self.post_answers.popleft())
                return
            self.json(request, {"posts": [self.posts[uri] for uri in uris if uri in self.posts]})
            return
        dids = [value for name, value in parse_qsl(urlsplit(request.path).query) if name == "actors"]
        self.asked.append(dids)
        time.sleep(self.delay_s)
        status, headers = self.statuses.popleft() if self.statuses else (200, {})
        found = [self.accounts[did] for did in dids if did in self.accounts]
        if self.everybody:
            found += [
                {"did": did, "handle": f"{did.rpartition(':')[2]}.example"} for did in dids if did not in self.accounts
            ]
        body = json.dumps({"profiles": found}) if status == 200 else "{}"
        self.plain(request, status, headers, body.encode())

    def count(self, did: str, rkey: str, text: str, **counts: int) -> None:
        """Add a post with counts."""
        uri = f"at://{did}/app.bsky.feed.post/{rkey}"
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2024-11-21T16:25:48Z"}
        self.posts[uri] = {"uri": uri, "author": {"did": did, "handle": "ann.example"}, "record": record, **counts}
