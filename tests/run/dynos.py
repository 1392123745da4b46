"""Starts the lines of the Procfile as a platform does: one process each."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.procfile import procfile
from tests.conftest import missing
from tests.e2e.product import free_port
from tests.paths import PROJECT


def archived(directory: Path) -> Path:
    """Return a copy of the project as a platform gets it: the committed files and the built page."""
    committed = subprocess.run(["git", "archive", "HEAD"], cwd=PROJECT, capture_output=True, check=False)
    if committed.returncode:
        missing("git checkout to make an archive of")
    directory.mkdir()
    subprocess.run(["tar", "x"], cwd=directory, input=committed.stdout, check=True)
    shutil.copytree(PROJECT / "web" / "static", directory / "web" / "static", dirs_exist_ok=True)
    return directory


def platform_path() -> str:
    """Return a PATH on which python3 is the one with the product's packages, as on a dyno."""
    return f"{Path(sys.executable).parent}:{os.environ['PATH']}"


class Dyno:
    """One process of the Procfile, its output in a file."""

    def __init__(
        self,
        role: str,
        log: Path,
        settings: dict[str, str],
        command: list[str] | None = None,
        project: Path = PROJECT,
    ) -> None:
        environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | settings
        self.role = role
        self.port = int(settings.get("PORT", "0"))
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command or procfile(project / "Procfile")[role],
                cwd=project,
                env=environ,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """Send a GET to a web dyno; return status and JSON (status 0: no answer)."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    def end(self) -> float:
        """Send SIGTERM, wait; return the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)
        return time.monotonic() - began


class Formation:
    """Dynos with the same environment."""

    def __init__(self, directory: Path, project: Path, settings: dict[str, str]) -> None:
        self.directory = directory
        self.project = project
        self.settings = settings
        self.dynos: list[Dyno] = []

    def start(self, role: str, **more: str) -> Dyno:
        settings = self.settings | more
        if role == "web" and "PORT" not in settings:
            settings["PORT"] = str(free_port())
        log = self.directory / f"{role}{len(self.dynos)}.log"
        self.dynos.append(Dyno(role, log, settings, project=self.project))
        return self.dynos[-1]

    def logs(self) -> str:
        return "\n".join(f"--- {dyno.log.name}\n{dyno.log.read_text()[-3000:]}" for dyno in self.dynos)


@contextlib.contextmanager
def formation(directory: Path, settings: dict[str, str], project: Path = PROJECT) -> Iterator[Formation]:
    """Yield a formation, and end all its processes."""
    directory.mkdir(exist_ok=True)
    made = Formation(directory, project, settings)
    try:
        yield made
    except AssertionError as error:
        raise AssertionError(f"{error}\n{made.logs()}") from error
    finally:
        for dyno in made.dynos:
            if dyno.process.poll() is None:
                dyno.process.kill()
            dyno.process.wait()
