"""Elasticsearch server for tests and benches: empty, on a free port, removed afterwards.

    with running() as url: ...
    with server(V9) as elastic: elastic.kill(); elastic.start()     # the same data, the same port

Its data are in a temporary directory. Started by root it runs as `nobody`, because the server refuses to run as root.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.servers.elasticsearch.find_java import java_home
from tests.servers.elasticsearch.install import CannotAssemble, home
from tests.servers.elasticsearch.releases import V7, Release

START_TIMEOUT_S = 240.0
STOP_TIMEOUT_S = 20.0

_SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-AlwaysPreTouch"
"""JVM options that halve the CPU of a server that lives some minutes: no optimising compiler, one simple collector."""

_OPTIONS_LEFT_OUT = re.compile(
    r"Xlog:|Xloggc|GCLog|HeapDump|ErrorFile"  # these would write below the server's installation
    r"|add-modules"  # the vector module, which a small Java does not have
)


class Server:
    """A server with its data directory, which may be stopped, killed, frozen and started again."""

    def __init__(self, release: Release, run: Path, heap_mb: int, *, measured: bool = False) -> None:
        found = java_home(*release.java)
        if found is None:
            first, last = release.java
            wanted = str(first) if first == last else f"{first} to {last}"
            raise CannotAssemble(f"no Java {wanted} found for Elasticsearch {release.version}; set ES_JAVA_HOME")
        self._home, self._run, self._heap_mb = home(release), run, heap_mb
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._environment = _prepare(run, self._home, found, port, heap_mb, measured=measured)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """True while the server's process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self, *options: str, within_s: float = START_TIMEOUT_S) -> None:
        """Start the server, with settings of this start only (`-Ename=value`), and wait until it is healthy.

        Raises:
            CannotAssemble: the server did not come up; the message has the end of its log.
        """
        log = self._run / "console.log"
        with log.open("ab") as console:
            self._process = subprocess.Popen(
                [str(self._home / "bin" / "elasticsearch"), *options],
                cwd=self._run,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # newer ones are two processes
                **_unprivileged(self._run),  # type: ignore[call-overload] # user and group only where we are root
            )
        try:
            _wait(self._process, self.url, log, within_s)
        except BaseException:
            self.kill()
            raise

    def freeze(self) -> None:
        """Stop the process (SIGSTOP): connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server continue."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill the server at once, as a loss of power would."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def stop(self) -> None:
        """Stop the server in good order."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        self.thaw()
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_TIMEOUT_S)
        self.kill()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


@contextmanager
def server(release: Release = V7, heap_mb: int = 512, *, measured: bool = False) -> Iterator[Server]:
    """Start a server and kill it on leaving. A `measured` server uses the JVM options of production.

    Raises:
        CannotAssemble: the server cannot be installed or started here; the message says why.
    """
    run = Path(tempfile.mkdtemp(prefix="murmur-elasticsearch-"))
    try:
        started = Server(release, run, heap_mb, measured=measured)
        try:
            started.start()
            yield started
        finally:
            started.kill()  # its data are removed anyway
    finally:
        shutil.rmtree(run, ignore_errors=True)


@contextmanager
def running(release: Release = V7, heap_mb: int = 512, *, measured: bool = False) -> Iterator[str]:
    """Start a server as `server` does and yield its URL."""
    with server(release, heap_mb, measured=measured) as started:
        yield started.url


def _prepare(run: Path, installed: Path, java: Path, port: int, heap_mb: int, *, measured: bool) -> dict[str, str]:
    """Write the configuration and return the environment."""
    config = run / "config"
    shutil.copytree(installed / "config", config)
    for name in ("data", "logs", "tmp"):
        (run / name).mkdir()
    options = config / "jvm.options"
    kept = [line for line in options.read_text().splitlines() if not _OPTIONS_LEFT_OUT.search(line)]
    kept = (
        kept if measured else [line for line in kept if "G1" not in line]
    )  # the serial collector is chosen by `_SHORT_LIVED`
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
        "cluster.max_shards_per_node": "5000",
        "action.destructive_requires_name": "false",
    }
    known = (installed / "modules" / "ingest-geoip").exists()
    lines = [f"{key}: {value}" for key, value in settings.items() if known or not key.startswith("ingest.")]
    (config / "elasticsearch.yml").write_text("\n".join(lines) + "\n")
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(run),
        "ES_JAVA_HOME": str(java),
        "ES_PATH_CONF": str(config),
        "ES_TMPDIR": str(run / "tmp"),
        "ES_JAVA_OPTS": f"-Xms{heap_mb}m -Xmx{heap_mb}m" + ("" if measured else f" {_SHORT_LIVED}"),
        "CLI_JAVA_OPTS": "-XX:TieredStopAtLevel=1",  # of the launcher, which lives for a second
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


def _wait(process: subprocess.Popen[bytes], url: str, console: Path, within_s: float) -> None:
    give_up_at = time.monotonic() + within_s
    while process.poll() is None and time.monotonic() < give_up_at:
        try:
            with urllib.request.urlopen(f"{url}/_cluster/health?wait_for_status=yellow&timeout=5s", timeout=10):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise CannotAssemble(f"Elasticsearch did not come up: {console.read_text(errors='replace')[-1500:]}")
