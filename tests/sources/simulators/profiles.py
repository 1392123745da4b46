"""The part of Bluesky's public API that tells profiles, on this machine; slow, refusing or odd on demand."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class ProfileApi:
    """Answers for the accounts in `accounts`; `asked` holds each question's DIDs."""

    def __init__(self) -> None:
        self.accounts: dict[str, Any] = {}
        self.everybody = False
        self.posts: dict[str, Any] = {}
        self.asked_posts: list[list[str]] = []
        self.asked: list[list[str]] = []
        self.statuses: deque[tuple[int, dict[str, str]]] = deque()
        self.delay_s = 0.0
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                api.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is Python's
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> ProfileApi:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def know(self, did: str, handle: str, **more: Any) -> None:
        """Have an account."""
        self.accounts[did] = {"did": did, "handle": handle, **more}

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one question."""
        if "getPosts" in request.path:
            uris = [value for name, value in parse_qsl(urlsplit(request.path).query) if name == "uris"]
            self.asked_posts.append(uris)
            self._tell(request, 200, {}, json.dumps({"posts": [self.posts[uri] for uri in uris if uri in self.posts]}))
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
        self._tell(request, status, headers, json.dumps({"profiles": found}) if status == 200 else "{}")

    def count(self, did: str, rkey: str, text: str, **counts: int) -> None:
        """Have a post with some counts."""
        uri = f"at://{did}/app.bsky.feed.post/{rkey}"
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2024-11-21T16:25:48Z"}
        self.posts[uri] = {"uri": uri, "author": {"did": did, "handle": "ann.example"}, "record": record, **counts}

    @staticmethod
    def _tell(request: BaseHTTPRequestHandler, status: int, headers: dict[str, str], text: str) -> None:
        body = text.encode()
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)
