"""One Elasticsearch for tests and benches: started on a free port, with nothing in it, gone afterwards.

    with running() as url: ...

Its data lie in a temporary directory. As root it runs as `nobody`, for the server refuses to be root.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.elasticsearch.assemble import CannotAssemble, home

START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 20.0
JAVA_VERSION = 17
"""The newest the server is released for."""


@contextmanager
def running(heap_mb: int = 512) -> Iterator[str]:
    """Start a server and give its URL; stop it on leaving.

    Raises:
        CannotAssemble: it cannot be laid out or started here; the message says why.
    """
    server, java = home(), _java_home()
    run = Path(tempfile.mkdtemp(prefix="murmur-elasticsearch-"))
    try:
        port = _free_port()
        environment = _prepare(run, server, java, port, heap_mb)
        with (run / "console.log").open("wb") as console:
            process = subprocess.Popen(
                [str(server / "bin" / "elasticsearch")],
                cwd=run,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                **_unprivileged(run),  # type: ignore[call-overload] # user and group only where we are root
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(process, url, run / "console.log")
            yield url
        finally:
            _stop(process)
    finally:
        shutil.rmtree(run, ignore_errors=True)


def _java_home() -> Path:
    """Return a JDK 17: ES_JAVA_HOME or JAVA_HOME, the one on PATH, or one where distributions put them."""
    told = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    java = shutil.which("java")
    if java is not None:
        told.append(Path(java).resolve().parents[1])
    told += sorted(Path("/usr/lib/jvm").glob(f"*{JAVA_VERSION}*"))
    for place in told:
        release = place / "release"
        if (place / "bin" / "java").exists() and release.exists():
            version = re.search(r'JAVA_VERSION="(\d+)', release.read_text())
            if version and int(version[1]) == JAVA_VERSION:
                return place
    raise CannotAssemble(f"no JDK {JAVA_VERSION} found; set ES_JAVA_HOME")


def _prepare(run: Path, server: Path, java: Path, port: int, heap_mb: int) -> dict[str, str]:
    """Write configuration and return the environment."""
    config = run / "config"
    shutil.copytree(server / "config", config)
    for name in ("data", "logs", "tmp"):
        (run / name).mkdir()
    options = config / "jvm.options"
    kept = [
        line
        for line in options.read_text().splitlines()
        if not re.search(r"Xlog:|Xloggc|GCLog|HeapDump|ErrorFile", line)  # they would write below the server's own home
    ]
    options.write_text("\n".join(kept) + "\n")
    settings = {
        "cluster.name": "murmur-tests",
        "node.name": "only",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": port,
        "transport.port": "0",
        "path.data": run / "data",
        "path.logs": run / "logs",
        "xpack.security.enabled": "false",
        "ingest.geoip.downloader.enabled": "false",
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    known = (server / "modules" / "ingest-geoip").exists()
    lines = [f"{key}: {value}" for key, value in settings.items() if known or not key.startswith("ingest.")]
    (config / "elasticsearch.yml").write_text("\n".join(lines) + "\n")
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(run),
        "ES_JAVA_HOME": str(java),
        "ES_PATH_CONF": str(config),
        "ES_TMPDIR": str(run / "tmp"),
        "ES_JAVA_OPTS": f"-Xms{heap_mb}m -Xmx{heap_mb}m",
    }


def _unprivileged(run: Path) -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    shutil.chown(run, "nobody")
    for path in run.rglob("*"):
        shutil.chown(path, "nobody")
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], url: str, console: Path) -> None:
    give_up_at = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < give_up_at:
        try:
            with urllib.request.urlopen(f"{url}/_cluster/health?wait_for_status=yellow&timeout=5s", timeout=10):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise CannotAssemble(f"Elasticsearch did not come up: {console.read_text(errors='replace')[-1500:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
