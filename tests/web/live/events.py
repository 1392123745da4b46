"""A reader of `/api/stream` for tests."""

from __future__ import annotations

import http.client
import json


class Events:
    """A reader of `/api/stream`."""

    def __init__(self, port: int, query: str, **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request("GET", f"/api/stream?{query}", headers=names)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.last_id = ""

    def next(self) -> tuple[str, dict[str, object]]:
        """Return the next event's type and data."""
        kind = data = ""
        while raw := self.answer.readline():
            line = raw.decode().rstrip("\r\n")
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data = value
            elif not line and kind:
                return kind, json.loads(data)
        raise EOFError

    def ids_until(self, wanted: str) -> list[str]:
        """Read until a post arrives; return the ids of all posts up to there."""
        found: list[str] = []
        while wanted not in found:
            _kind, data = self.next()
            found += [post["id"] for post in data.get("posts", []) if isinstance(post, dict)]  # type: ignore[attr-defined]
        return found

    def close(self) -> None:
        """Disconnect."""
        self.answer.close()
        self.connection.close()
