"""Installation of Jetstream servers: builds them from the Go module proxy once and keeps them below `.cache`.

The second implementation has no release yet, and a proxy may know none of its commits. `MURMUR_JETSTREAM_2` then names
a checkout of its source, or the program itself.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.paths import PROJECT

CACHE = PROJECT / ".cache" / "jetstream"
MODULE = "github.com/bluesky-social/jetstream"


@dataclass(frozen=True)
class Implementation:
    """One of the two implementations. `setting`: the environment variable that names another source of it."""

    name: str
    version: str
    setting: str


ORIGINAL = Implementation("1", "v0.0.0-20251009222037-7d7efa58d7f1", "MURMUR_JETSTREAM_1")
SUCCESSOR = Implementation("2", "9a30defd224e9058814a7d6ce8d9e4fc48d5493c", "MURMUR_JETSTREAM_2")


class CannotBuild(Exception):
    """Raised when the server cannot be built here; the message says what is missing."""


def program(implementation: Implementation) -> Path:
    """Return the server's program, built at the first call: a minute or more, with some hundred megabytes of modules.

    Raises:
        CannotBuild: Go is missing, or the proxy does not have the module.
    """
    named = os.environ.get(implementation.setting, "")
    if named and Path(named).is_file():
        return Path(named).resolve()
    folder = CACHE / implementation.version
    built = folder / "jetstream"
    folder.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            go = shutil.which("go")
            if go is None:
                raise CannotBuild("Go is not installed")
            source = (
                named or json.loads(_run([go, "mod", "download", "-json", f"{MODULE}@{implementation.version}"]))["Dir"]
            )
            _run([go, "build", "-C", source, "-p", "1", "-o", str(built), "./cmd/jetstream"])
    return built


def _downloaded(go: str, version: str) -> str:
    """Return the folder of the module's source."""
    folder: str = json.loads(_run([go, "mod", "download", "-json", f"{MODULE}@{version}"]))["Dir"]
    return folder


def _run(command: list[str]) -> str:
    """Run Go and return what it printed. It is not asked for the newest version, which a proxy may refuse to say."""
    done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, check=False, timeout=1_800)
    if done.returncode:
        raise CannotBuild(f"{' '.join(command[:3])} failed: {(done.stdout + done.stderr).strip()[-400:]}")
    return done.stdout
