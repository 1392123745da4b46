"""Installation of Elasticsearch servers: fetches them from Maven Central once and keeps them below `.cache`.

No container is needed: Elastic publishes the server for integration tests, and modules of the older release, as Maven
artifacts. `server` runs what this module installs.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

from tests.paths import PROJECT
from tests.servers.elasticsearch.releases import Release

CACHE = PROJECT / ".cache" / "elasticsearch"

_POM = Path(__file__).with_name("pom.xml")


class CannotAssemble(Exception):
    """Raised when the server cannot be installed here; the message says what is missing."""


def home(release: Release) -> Path:
    """Return the server's directory, installed at the first call (some twenty seconds, 70 to 110 MB).

    Raises:
        CannotAssemble: Maven is missing, or could not fetch the artifacts.
    """
    directory = CACHE / f"elasticsearch-{release.version}"
    ready = directory / ".ready"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _fetch(release)
            for name, plugin in release.modules.items():
                _describe(directory / "modules" / name, name, plugin, release.version)
            for script in (directory / "bin").iterdir():
                script.chmod(0o755)
            ready.touch()
    return directory


def _fetch(release: Release) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotAssemble("Maven (mvn) is not installed")
    command = [maven, "-B", "-q", "-Dstyle.color=never", "-f", str(_POM), "initialize"]
    command += [f"-Dtarget={CACHE}", f"-Dversion.server={release.version}", *(["-Pmodules"] if release.modules else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotAssemble(
            f"Maven could not fetch Elasticsearch {release.version}: {(done.stdout + done.stderr)[-600:]}"
        )


def _describe(module: Path, name: str, plugin: str, version: str) -> None:
    """Write the descriptor that the server needs to load a module."""
    values = {
        "type": "isolated",
        "name": name,
        "description": name,
        "classname": plugin,
        "version": version,
        "elasticsearch.version": version,
        "java.version": "1.8",
        "extended.plugins": "",
        "has.native.controller": "false",
    }
    lines = "".join(f"{key}={value}\n" for key, value in values.items())
    (module / "plugin-descriptor.properties").write_text(lines)
