"""`make bench`: the end-to-end rows of bench/RESULTS.md, printed as a table.

    python -m bench.e2e [--seconds 60] [--latency-seconds 30] [--workers 2]

One machine holds everything: embedded Valkey, reader, workers, upkeep, one web process, and the watcher, whose CPU is
shown as well. Standing searches are registered before the reader starts. Throughput is what was stored in the time; the
matches that arrived at sockets are held against those that must.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

from redis import Redis

from bench.e2e import corpus
from bench.e2e.watcher import Watcher
from cli.embedded_broker import EmbeddedBroker
from pipeline.broker.keys import Names
from tests.e2e.product import free_port, until
from tests.run.dynos import Dyno, Formation, formation

TICK = os.sysconf("SC_CLK_TCK")
FASTEST = 14_000
"""Posts a second for which the recording is long enough."""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--latency-seconds", type=float, default=30)
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="murmur-bench-") as name:
        directory = Path(name)
        rows = [*throughput(directory / "fast", given.seconds, given.workers)]
        rows += latency(directory / "slow", given.latency_seconds, given.workers)
    print(f"\nEnd to end, source to socket; {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| what | figure |\n|---|---|")
    for what, figure in rows:
        print(f"| {what} | {figure} |")


def throughput(directory: Path, seconds: float, workers: int) -> list[tuple[str, str]]:
    """Replay as fast as it is taken, with 1,000 searches and three matches a post."""
    directory.mkdir()
    recording = directory / "recording.jsonl"
    posts = int(seconds * FASTEST)
    print(f"writing {posts:,} records of {corpus.RECORD_BYTES:,} bytes…", flush=True)
    corpus.write(recording, posts)
    settings = {"SOURCE": "replay", "REPLAY_PATH": str(recording), "REPLAY_SPEED": "max", "LOG_LEVEL": "WARNING"}
    with formation(directory, settings | {"DATA_DIR": str(directory / "data")}) as made:
        web = start(made, directory, workers)
        watcher = Watcher(web.port, corpus.searches())
        until(watcher.ready, 120)
        made.start("reader")
        until(lambda: stored(web) > 0, 60)
        began, first, before = time.monotonic(), stored(web), cpu(made)
        while time.monotonic() - began < seconds and stored(web) < posts:
            time.sleep(1)
        took = time.monotonic() - began
        after, rate = cpu(made), (stored(web) - first) / took
        made.dynos[-1].end()  # the reader: what is open is finished, then all must have arrived
        done = until(lambda: settled(web), 120)
        patience = time.monotonic() + 20
        while watcher.posts < done * corpus.MATCHES_A_POST and time.monotonic() < patience:
            time.sleep(0.2)
        watcher.stop()
    used = {role: (after[role] - before[role]) / took * 100 for role in after}
    total = sum(used.values())
    share = ", ".join(f"{role} {percent:.0f} %" for role, percent in sorted(used.items()))
    if watcher.troubles:
        print("trouble messages that the watcher received:", dict(watcher.troubles))
    expected = done * corpus.MATCHES_A_POST
    return [
        (
            f"posts/s stored, matched and at sockets, {took:.0f} s, {corpus.SEARCHES:,} searches, 3 matches a post",
            f"{rate:,.0f}",
        ),
        ("matches that arrived, of those that must", f"{watcher.posts:,} of {expected:,}"),
        ("CPU by process (100 % = a core)", share),
        ("CPU µs a post, all processes", f"{total / 100 * 1e6 / rate:.0f}"),
    ]


def latency(directory: Path, seconds: float, workers: int) -> list[tuple[str, str]]:
    """Replay 70 posts a second; measure the time from the source to the socket."""
    directory.mkdir()
    settings = {"SOURCE": "demo", "DEMO_RATE": "70", "LOG_LEVEL": "WARNING"}
    with formation(directory, settings | {"DATA_DIR": str(directory / "data")}) as made:
        web = start(made, directory, workers)
        made.start("reader")
        until(lambda: web.answer("/api/stats")[1]["sources"][0]["state"] == "live", 120)
        standing = Watcher(web.port, corpus.searches())
        until(standing.ready, 120)
        watcher = Watcher(web.port, ["*"], latency=True)
        until(watcher.ready, 30)
        # At the first start the demo source sends older posts first; latency counts only after those are processed.
        with Redis.from_url(made.settings["REDIS_URL"]) as redis:
            until(lambda: redis.zcard(Names().open) <= 1, 120)
        time.sleep(2)
        watcher.latencies_ms.clear()
        watcher.since_ms = time.time() * 1000
        before, began = cpu(made), time.monotonic()
        time.sleep(seconds)
        took, after = time.monotonic() - began, cpu(made)
        taken = sorted(watcher.latencies_ms)
        watcher.stop()
        standing.stop()
    parts = statistics.quantiles(taken, n=100)
    total = sum(after[role] - before[role] for role in after) / took * 100
    return [
        (
            f"latency at 70 posts/s, source to socket, {len(taken):,} posts",
            f"p50 {parts[49]:.0f} ms, p99 {parts[98]:.0f} ms",
        ),
        ("CPU of all processes meanwhile (100 % = a core)", f"{total:.0f} %"),
    ]


def start(made: Formation, directory: Path, workers: int) -> Dyno:
    """Start everything but the reader; return the web process, ready."""
    broker = EmbeddedBroker(directory / "data")
    made.dynos.append(Dyno("broker", directory / "broker.log", {}, command=broker.prepare()))
    made.settings["REDIS_URL"] = broker.url
    made.start("upkeep")
    for _ in range(workers):
        made.start("worker")
    web = made.start("web", PORT=str(free_port()))
    until(lambda: web.answer("/readyz")[0] == 200, 60)
    return web


def stored(web: Dyno) -> int:
    """Return the number of stored posts."""
    return int(web.answer("/api/stats")[1].get("indexed", 0))


def settled(web: Dyno) -> int:
    """Return the number of stored posts, once it no longer changes."""
    before = stored(web)
    time.sleep(4)
    return before if stored(web) == before else 0


def cpu(made: Formation) -> dict[str, float]:
    """Return CPU seconds by role so far, children included, and the watcher's."""
    used = {"watcher": time.process_time()}
    for dyno in made.dynos:
        for pid in [dyno.process.pid, *children(dyno.process.pid)]:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used[dyno.role] = used.get(dyno.role, 0.0) + (int(fields[11]) + int(fields[12])) / TICK
    return used


def children(pid: int) -> list[int]:
    """Return a process's children."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


if __name__ == "__main__":
    main()
