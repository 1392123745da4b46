"""Lucene peer of the match bench: Lucene's monitor in a Java process that reads the same files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from bench.match.peer import Pair, Timing

_PROJECT = Path(__file__).with_name("lucene")


def build(target: Path) -> None:
    """Compile the peer below `target`; Maven fetches Lucene the first time."""
    command = ["mvn", "-B", "-q", "-Dstyle.color=never", f"-Dbuild.dir={target}", "compile"]
    subprocess.run(command, cwd=_PROJECT, check=True)


class Lucene:
    """One Java process with one scenario loaded."""

    def __init__(self, built: Path, posts: Path, searches: Path, core: int | None) -> None:
        """Start it, on one core or on all."""
        self.name = "Lucene monitor 9.11.1" + ("" if core is not None else ", all cores")
        pinned = ["taskset", "-c", str(core)] if core is not None and shutil.which("taskset") else []
        self._process = subprocess.Popen(
            [*pinned, "java", "-Xmx2g", "-cp", f"{built / 'classes'}:{built / 'lib'}/*", "bench.MonitorPeer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._posts = sum(1 for _ in posts.open())
        self._pairs = built / "pairs.tsv"
        self._ask("load", str(posts), str(searches))

    def _ask(self, *command: str) -> str:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("no pipes")
        self._process.stdin.write("\t".join(command) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"the Lucene peer died at {command}")
        return answer

    def pairs(self, batch: int) -> set[Pair]:
        """Match all posts in batches and return every match."""
        self._ask("write", str(self._pairs), str(batch))
        with self._pairs.open() as file:
            return {(int(post), key) for post, key in (line.split() for line in file)}

    def run(self, batch: int, *, analyse: bool) -> Timing:
        """Match all posts once."""
        wall_ns, cpu_ns, found = self._ask("run", str(batch), "text" if analyse else "words").split("\t")
        return Timing(int(wall_ns) / 1e9, int(cpu_ns) / 1e9, self._posts, int(found))

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(10)
