"""The whole product as a person starts it: `murmur run` in a directory of its own, on a free port."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.paths import PROJECT

READY = re.compile(r"Murmuration is at (\S+)")


def free_port() -> int:
    """Return a port that nobody listens on now, below those the system hands out for outgoing connections."""
    for _ in range(100):
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("0.0.0.0", port))  # noqa: S104 - taken on any address is taken
            return port
    raise AssertionError("no free port in a hundred tries")


def until(true: Callable[[], Any], seconds: float = 60.0, every: float = 0.25) -> Any:
    """Wait until something is true and return it; fail with the last value."""
    end = time.monotonic() + seconds
    while True:
        value = true()
        if value:
            return value
        assert time.monotonic() < end, f"still {value!r} after {seconds} s"
        time.sleep(every)


class Product:
    """One run. `output` collects what it prints."""

    def __init__(self, data_dir: Path, command: list[str] | None = None, cwd: Path = PROJECT, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = int(settings.pop("PORT", "") or free_port())
        self.output: list[str] = []
        environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environ |= {"DATA_DIR": str(data_dir), "PORT": str(self.port), **settings}
        self.process = subprocess.Popen(
            command or [str(PROJECT / "bin" / "murmur"), "run"],
            cwd=cwd,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def text(self) -> str:
        return "".join(self.output)

    def wait_ready(self, seconds: float = 120.0) -> Product:
        """Wait for the line with the address."""

        def ready() -> bool:
            assert self.process.poll() is None, f"ended with {self.process.returncode}:\n{self.text()}"
            return READY.search(self.text()) is not None

        try:
            until(ready, seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text()[-6000:]}") from error
        return self

    def get(self, path: str, **query: Any) -> Any:
        """Return the API's answer to a GET. A refusal raises HTTPError with the response."""
        address = f"{self.url}{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        try:
            with urllib.request.urlopen(address, timeout=15) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.add_note(error.read(1000).decode(errors="replace"))
            raise

    def readiness(self) -> tuple[int, str]:
        """Return the answer of `/readyz`: the status, 0 without an answer, and the reason of a refusal."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=60) as answer:
                return answer.status, ""
        except urllib.error.HTTPError as error:
            return error.code, str(json.load(error)["error"]["message"])
        except OSError:
            return 0, "no answer"

    def stored(self) -> int:
        """Return the number of stored posts."""
        indexed: int = self.get("/api/stats")["indexed"]
        return indexed

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Send SIGTERM and wait; return the seconds that the end took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(60)
        return time.monotonic() - began

    def end(self) -> None:
        """Kill the product and all its processes at once, after a test: a stop in good order takes seconds."""
        self.process.kill()
        self.process.wait(60)
        until(self._killed)

    def _killed(self) -> bool:
        """Kill the remaining processes, and return whether none remained: a process that lives may start others."""
        left = self.processes()
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        return not left

    def processes(self) -> dict[int, str]:
        """Return every live process of this run: pid → command line.

        They are known by DATA_DIR in their environment; the broker, which writes its title over that, by where it is.
        """
        mark = f"DATA_DIR={self.data_dir}".encode()
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                named = mark in (entry / "environ").read_bytes().split(b"\0")
                if named or (entry / "cwd").readlink().is_relative_to(self.data_dir):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    if command:
                        found[int(entry.name)] = command
            except OSError:
                continue
        return found


@contextlib.contextmanager
def generated(data: Path) -> Iterator[Product]:
    """Start the product with two generated posts a second and one worker, wait until it is ready, and end it."""
    made = Product(data, SOURCE="demo", DEMO_RATE="2", WORKERS="1")
    try:
        yield made.wait_ready()
    finally:
        made.end()
