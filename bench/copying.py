"""Bench of `murmur copy`: time and memory to copy many posts from SQLite to Elasticsearch and back.

    .venv/bin/python -m bench.copying --posts 200000

Fills a SQLite store with generated posts (`bench.history`), starts an Elasticsearch, copies there and into a second
SQLite, each as a process of its own as a user would, and prints a line for each way; ends with 1 if one fails, which it
does where the stores differ.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.history import build
from pipeline.settings import Settings
from tests.servers.elasticsearch.install import CannotAssemble
from tests.servers.elasticsearch.releases import V9
from tests.servers.elasticsearch.server import running


def copied(data_dir: Path, url: str, source: str, target: str) -> tuple[float, float, int]:
    """Copy in a process of its own; return the seconds it took, those of CPU among them, and its greatest size (kB).

    Raises:
        SystemExit: the copy failed; its output was printed.
    """
    environment = os.environ | {
        "DATA_DIR": str(data_dir),
        "ELASTICSEARCH_URL": url,
        "ELASTICSEARCH_PREFIX": "copying",
        "ELASTICSEARCH_REPLICAS": "0",
    }
    command = [sys.executable, "-m", "cli", "copy", "--from", source, "--to", target]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(1)
    return time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss


def main() -> None:
    """Copy both ways and print a line for each."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--posts", type=int, default=200_000)
    options.add_argument("--heap", type=int, default=2_048, help="MB of the server that is started")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="copying") as directory:
        first, second = Path(directory, "first"), Path(directory, "second")
        build(Settings(data_dir=first), given.posts)
        try:
            with running(V9, given.heap, measured=True) as url:
                ways = (("sqlite", "elasticsearch", first), ("elasticsearch", "sqlite", second))
                for source, target, data_dir in ways:
                    took, cpu, size = copied(data_dir, url, source, target)
                    print(
                        f"{source} to {target}: {given.posts:,} posts in {took:.0f} s, comparing included "
                        f"({given.posts / took:,.0f} posts/s, {cpu / given.posts * 1e6:,.0f} us of CPU a post), "
                        f"at most {size / 1024:,.0f} MB",
                        flush=True,
                    )
        except CannotAssemble as error:
            raise SystemExit(f"no Elasticsearch here: {error}") from error


if __name__ == "__main__":
    main()
