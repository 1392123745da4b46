"""An Elasticsearch 7.17 server, percolator included, laid out from Maven Central once and kept below `.cache`.

No container and no download page: Elastic publishes the server for integration tests, and its modules, as Maven
artifacts. This module only lays files out; `server` runs them.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

from tests.paths import PROJECT

VERSION = "7.17.29"
CACHE = PROJECT / ".cache" / "elasticsearch"

_POM = Path(__file__).with_name("pom.xml")
_MODULES = {
    "percolator": "org.elasticsearch.percolator.PercolatorPlugin",
    "parent-join": "org.elasticsearch.join.ParentJoinPlugin",
    "mapper-extras": "org.elasticsearch.index.mapper.MapperExtrasPlugin",
    "reindex": "org.elasticsearch.reindex.ReindexPlugin",
}


class CannotAssemble(Exception):
    """Raised when the server cannot be laid out here; the message says what is missing."""


def home() -> Path:
    """Return the server's directory, made at the first call (some twenty seconds and 70 MB), ready from then on.

    Raises:
        CannotAssemble: no Maven, or it could not fetch the artifacts.
    """
    directory = CACHE / f"elasticsearch-{VERSION}"
    ready = directory / ".ready"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _fetch()
            for name, plugin in _MODULES.items():
                _describe(directory / "modules" / name, name, plugin)
            for script in (directory / "bin").iterdir():
                script.chmod(0o755)
            ready.touch()
    return directory


def _fetch() -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotAssemble("Maven (mvn) is not installed")
    command = [maven, "-B", "-q", "-Dstyle.color=never", "-f", str(_POM), "initialize"]
    done = subprocess.run(
        [*command, f"-Dtarget={CACHE}", f"-Dversion.server={VERSION}"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotAssemble(f"Maven could not fetch Elasticsearch {VERSION}: {(done.stdout + done.stderr)[-600:]}")


def _describe(module: Path, name: str, plugin: str) -> None:
    """Write the descriptor without which the server does not load a module."""
    values = {
        "type": "isolated",
        "name": name,
        "description": name,
        "classname": plugin,
        "version": VERSION,
        "elasticsearch.version": VERSION,
        "java.version": "1.8",
        "extended.plugins": "",
        "has.native.controller": "false",
    }
    lines = "".join(f"{key}={value}\n" for key, value in values.items())
    (module / "plugin-descriptor.properties").write_text(lines)
