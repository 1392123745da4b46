"""Installation of the original Jetstream: builds it from the Go module proxy once and keeps it below `.cache`.

The second implementation (9a30def, August 2026) cannot be built: the proxy has neither that version nor the release of
`github.com/jcalabro/atmos` that it needs (v0.3.6).
"""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from pathlib import Path

from tests.paths import PROJECT

CACHE = PROJECT / ".cache" / "jetstream"
MODULE = "github.com/bluesky-social/jetstream"
VERSION = "v0.0.0-20251009222037-7d7efa58d7f1"


class CannotBuild(Exception):
    """Raised when the server cannot be built here; the message says what is missing."""


def program() -> Path:
    """Return the server's program, built at the first call: a minute or more, with some hundred megabytes of modules.

    Raises:
        CannotBuild: Go is missing, or the proxy does not have the module.
    """
    folder = CACHE / VERSION
    built = folder / "jetstream"
    folder.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            go = shutil.which("go")
            if go is None:
                raise CannotBuild("Go is not installed")
            found = json.loads(_run([go, "mod", "download", "-json", f"{MODULE}@{VERSION}"]))
            _run([go, "build", "-C", found["Dir"], "-p", "1", "-o", str(built), "./cmd/jetstream"])
    return built


def _run(command: list[str]) -> str:
    """Run Go and return what it printed. It is not asked for the newest version, which a proxy may refuse to say."""
    done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, check=False, timeout=1_800)
    if done.returncode:
        raise CannotBuild(f"{' '.join(command[:3])} failed: {(done.stdout + done.stderr).strip()[-400:]}")
    return done.stdout
