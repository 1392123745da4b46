"""The package of docs/how-to/extend.md, installed, and the HTTP server that it talks to."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.paths import PROJECT

EXAMPLE = PROJECT / "docs" / "examples" / "quakes"


def install(directory: Path) -> Path:
    """Install the package into a directory of its own, as pip does; return the directory."""
    source, target = directory / "package", directory / "installed"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--target", str(target), str(source)], check=True, capture_output=True, text=True)
    return target


class Elsewhere:
    """HTTP server that offers earthquakes, receives a webhook's posts, and fails on demand."""

    def __init__(self) -> None:
        self.quakes: list[dict[str, Any]] = []
        self.posted: list[dict[str, Any]] = []
        self.failures = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200, json.dumps({"features": outer.quakes}).encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.failures > 0:
                    outer.failures -= 1
                    self._answer(500, b"")
                else:
                    outer.posted.append(json.loads(body))
                    self._answer(200, b"{}")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def shake(self, number: int, title: str) -> None:
        """Add an earthquake."""
        now_ms = int(time.time() * 1000)
        told = {
            "title": title,
            "time": now_ms - 60_000 + number,
            "updated": now_ms + number,
            "url": f"{self.url}/{number}",
        }
        self.quakes.append({"id": f"us{number}", "properties": told})

    def posts(self, search: str) -> list[str]:
        """Return the texts that were posted for a search, in order."""
        return [post["text"] for told in self.posted if told["search"] == search for post in told["posts"]]

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
