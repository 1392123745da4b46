"""Process of a real Jetstream: starts it before a relay, and kills and restarts it over the data it has."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Self

from tests.servers.jetstream.relay import Relay

_START_S = 30.0
_END_S = 15.0


class JetstreamProcess:
    """One Jetstream of the original implementation; a context, which ends with the process."""

    def __init__(self, program: Path, relay: Relay, folder: Path) -> None:
        self.relay = relay
        self.port = _free_port()
        self._program = program
        self.folder = folder
        self._metrics_port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, as it is set in the settings."""
        return f"ws://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self) -> None:
        """Start it and wait until it answers and reads the relay.

        Raises:
            RuntimeError: it ended, or did not answer in time; the message has the end of its log.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "JETSTREAM_WS_URL": self.relay.url,
            "JETSTREAM_DATA_DIR": str(self.folder),
            "JETSTREAM_LISTEN_ADDR": f"127.0.0.1:{self.port}",
            "JETSTREAM_METRICS_LISTEN_ADDR": f"127.0.0.1:{self._metrics_port}",
            "JETSTREAM_LIVENESS_TTL": "1h",
            "JETSTREAM_WORKER_COUNT": "4",
        }
        connections = self.relay.connections
        with self._log().open("ab") as log:
            self._process = subprocess.Popen(
                [self._program], env={**os.environ, **settings}, stdout=log, stderr=log, cwd=self.folder
            )
        end_s = time.monotonic() + _START_S
        while not (self.relay.connections > connections and self._answers()):
            if self._process.poll() is not None or time.monotonic() > end_s:
                self.end()
                raise RuntimeError(f"Jetstream did not start: {self._log().read_text()[-800:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End it without a word, as a machine that fails."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_END_S)
            self._process = None

    def end(self) -> None:
        """End it in order; kill it if it takes too long."""
        if self._process is None:
            return
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
        self.kill()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _log(self) -> Path:
        return self.folder / "log.jsonl"


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
