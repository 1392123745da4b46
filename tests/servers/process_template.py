"""Process template: has imported what processes of the product import, and forks one for each start that a test wants.

    process = WEB.start(["gunicorn", …], environ, log)     # then as with subprocess.Popen

A web server or a Celery worker imports for most of a second of CPU before it does anything, and tests start a hundred
of them. A forked process reads its own settings, and from there runs the same code. What only a new interpreter can
show (command line, imports before gevent's patches) is shown by the tests that start the whole product.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from tests.paths import PROJECT

Kind = Literal["web", "celery"]

WEB_MODULES = (
    "gunicorn.app.wsgiapp", "gunicorn.workers.ggevent", "flask", "flask_sock", "web", "web.process", "web.auth",
    "web.api.charts", "web.api.coverage", "web.api.export", "web.api.ingest", "web.api.language", "web.api.metrics",
    "web.api.search", "web.api.stats", "web.api.track", "web.live.event_stream", "web.live.websocket",
    "web.pictures.routes", "web.site.page", "web.site.sign_in", "pipeline.store.sqlite", "web.server.gunicorn_worker",
)  # fmt: skip
CELERY_MODULES = (
    "celery.app.base", "celery.beat", "celery.concurrency.solo", "celery.concurrency.thread", "celery.worker",
    "celery.worker.components", "celery.worker.consumer", "kombu.transport.redis", "pipeline.assembly",
    "pipeline.jobs.producer", "pipeline.upkeep.recheck.recheck", "pipeline.sources.replay.source", "pipeline.plugins",
)  # fmt: skip
"""Modules of each kind that read no setting when they are imported."""


class ForkedProcess:
    """A process that the template forked; its methods are those of `subprocess.Popen`."""

    def __init__(self, template: Template, pid: int) -> None:
        self._template = template
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal; None while the process runs."""
        if self.returncode is None:
            self.returncode = self._template.ask({"poll": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit status.

        Raises:
            subprocess.TimeoutExpired: the process still runs after `timeout` seconds.
        """
        until = time.monotonic() + (timeout or 3600)
        while (status := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("a forked process", timeout or 3600)
            time.sleep(0.02)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the end of the process is known."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Template:
    """The process that forks. It starts at the first use, and ends when its pipe closes: with the test process."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, command: list[str], environ: dict[str, str], log: Path, *, session: bool = False) -> ForkedProcess:
        """Fork a process that runs a module (`command[0]`) with arguments, as `python -m` does.

        It runs in the project's directory with exactly this environment, and its output is appended to `log`. With
        `session` it leads a session of its own.
        """
        wanted = {"command": command, "environ": environ, "log": str(log), "session": session}
        return ForkedProcess(self, self.ask({"start": wanted}))

    def ask(self, request: dict[str, Any]) -> Any:
        """Return the template's answer to a request."""
        if self._process is None:
            command = [sys.executable, "-m", "tests.servers.process_template", self._kind]
            self._process = subprocess.Popen(
                command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


WEB = Template("web")
CELERY = Template("celery")


def _load(kind: Kind) -> None:
    """Import the modules of a kind; those of the web after gevent's patches, as gunicorn's workers do."""
    if kind == "web":
        from gevent import monkey

        # Forks and signals stay Python's own, for this process and for gunicorn's master.
        monkey.patch_all(os=False, signal=False)
    for name in WEB_MODULES if kind == "web" else CELERY_MODULES:
        import_module(name)


def _answer_requests() -> dict[str, Any]:
    """Answer requests, and exit when the test process has ended; in a forked process return what it is to run."""
    requests = os.fdopen(0, "rb", closefd=False)
    for line in requests:
        request = json.loads(line)
        if "poll" in request:
            answer: int | None = _status(request["poll"])
        else:
            answer = os.fork()
            if answer == 0:
                wanted: dict[str, Any] = request["start"]
                return wanted
        os.write(1, json.dumps(answer).encode() + b"\n")
    sys.exit()


def _status(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _run(wanted: dict[str, Any]) -> None:
    """Become the process that a test wants."""
    if wanted["session"]:
        os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for number, descriptor in enumerate((nothing, log, log)):
        os.dup2(descriptor, number)
    os.close(nothing)
    os.close(log)
    os.environ.clear()
    os.environ.update(wanted["environ"])
    module, *arguments = wanted["command"]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def main(kind: Kind) -> None:
    """Load the modules, answer requests, and become a process in each fork."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests, which end us
    _load(kind)
    wanted = _answer_requests()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _run(wanted)


if __name__ == "__main__":
    main(sys.argv[1])  # type: ignore[arg-type] # a Kind
