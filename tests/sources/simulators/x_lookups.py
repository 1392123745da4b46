"""Simulator of X's look-up and compliance jobs, with malformed answers on demand.

`posts` are those that exist; any other id is deleted. `troubles` are answers sent instead, each once.
"""

from __future__ import annotations

import json
from collections import deque
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.sources.simulators import http_server

POSTS = "/2/tweets"
JOBS = "/2/compliance/jobs"


class Lookups:
    """Posts by id, and compliance jobs, of one API at `url`."""

    def __init__(self) -> None:
        self.posts: dict[str, dict[str, Any]] = {}
        self.protected: set[str] = set()
        self.unsure: set[str] = set()
        self.scrubbed: set[str] = set()
        self.requested_ids: list[list[str]] = []
        self.jobs: dict[str, Any] = {}
        self.polls_needed = 1
        self.troubles: deque[http_server.Refusal] = deque()

    def have(self, envelope: dict[str, Any]) -> None:
        """Add a post, given as a line of the stream."""
        self.posts[envelope["data"]["id"]] = envelope

    def answers(self, path: str) -> bool:
        """Tell whether a path belongs to look-ups or jobs."""
        return path == POSTS or path.startswith((JOBS, "/upload/", "/download/"))

    def answer(self, server: http_server.Server, request: BaseHTTPRequestHandler, body: bytes) -> None:
        """Answer one request."""
        parts = urlsplit(request.path)
        if self.troubles:
            server.plain(request, *self.troubles.popleft())
        elif parts.path == POSTS:
            server.json(request, self._found(dict(parse_qsl(parts.query)).get("ids", "").split(",")))
        elif parts.path == JOBS:
            number = str(len(self.jobs) + 1)
            self.jobs[number] = {"ids": [], "polls": 0}
            job = {"id": number, "type": "tweets", "status": "created"}
            links = {"upload_url": f"{server.url}/upload/{number}", "download_url": f"{server.url}/download/{number}"}
            server.json(request, {"data": job | links})
        elif parts.path.startswith("/upload/"):
            self.jobs[parts.path.rpartition("/")[2]]["ids"] = body.decode().split()
            server.plain(request, 200, {}, b"")
        elif parts.path.startswith("/download/"):
            server.plain(request, 200, {}, self._results(parts.path.rpartition("/")[2]))
        else:
            job = self.jobs[parts.path.rpartition("/")[2]]
            job["polls"] += 1
            done = bool(job["ids"]) and job["polls"] > self.polls_needed
            server.json(request, {"data": {"status": "complete" if done else "in_progress"}})

    def _found(self, ids: list[str]) -> dict[str, Any]:
        self.requested_ids.append(ids)
        there = [self.posts[one] for one in ids if one in self.posts and one not in self.protected | self.unsure]
        answer: dict[str, Any] = {"data": [one["data"] for one in there]} if there else {}
        if there:
            answer["includes"] = {"users": [user for one in there for user in one["includes"]["users"]]}
        errors = [self._problem(one) for one in ids if one not in self.posts or one in self.protected | self.unsure]
        return answer | ({"errors": errors} if errors else {})

    def _problem(self, number: str) -> dict[str, str]:
        kind, title = ("not-authorized-for-resource", "Authorization Error") if number in self.protected else (
            ("internal-error", "Internal Error") if number in self.unsure else ("resource-not-found", "Not Found Error")
        )  # fmt: skip
        about = {"value": number, "resource_id": number, "parameter": "ids", "resource_type": "tweet"}
        return about | {"title": title, "type": f"https://api.twitter.com/2/problems/{kind}"}

    def _results(self, job: str) -> bytes:
        gone = [one for one in self.jobs[job]["ids"] if one not in self.posts or one in self.protected]
        lines: list[dict[str, Any]] = [{"id": one, "action": "delete", "reason": "deleted"} for one in gone]
        lines += [{"id": one, "action": "delete", "reason": "scrub_geo"} for one in sorted(self.scrubbed)]
        return b"".join(json.dumps(line).encode() + b"\n" for line in lines)
